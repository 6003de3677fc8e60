package io.kumo.gateway.runtime;

import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.node.runtime.Failures;
import io.kumo.time.Clock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sockets where clients connect: each is open on all event loops, which take new clients in turn. */
final class Listeners {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);
    static final int BACKLOG = 1024;
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;
    private static final long MS_PER_S = 1000;
    private static final long WARN_BEFORE_MS = 14 * 24 * 3_600_000L;
    /** What a client sent and a dead host does not confirm, ms. */
    private static final int USER_TIMEOUT_MS = 120_000;

    private final Vertx vertx;
    private final Clock clock;
    private final GatewayOptions options;
    private final List<Context> contexts;
    private final List<GatewayLoop> loops;
    private final List<NetServer> servers = new CopyOnWriteArrayList<>();
    private final List<HostPort> addresses = new CopyOnWriteArrayList<>();
    private volatile @Nullable TlsFiles tls;

    Listeners(Vertx vertx, Clock clock, GatewayOptions options, List<Context> contexts, List<GatewayLoop> loops) {
        this.vertx = vertx;
        this.clock = clock;
        this.options = options;
        this.contexts = contexts;
        this.loops = loops;
    }

    /** Opens all; fails with a KumoException whose text says what to do. */
    Future<Void> open() {
        try {
            if (options.tls().isOn()) {
                use(TlsFiles.read(options.tls(), clock.wallMs()));
            }
        } catch (KumoException e) {
            return Future.failedFuture(e);
        }
        Future<Void> opened = Future.succeededFuture();
        for (int i = 0; i < options.listeners().size(); i++) {
            int place = i;
            opened = opened.compose(done -> open(place));
        }
        return opened;
    }

    private void use(TlsFiles files) {
        tls = files;
        if (files.expiresMs() - clock.wallMs() < WARN_BEFORE_MS) {
            LOG.warn("certificate expires soon seconds={} subject={}", secondsToExpiry(), files.subject());
        }
    }

    private Future<Void> open(int place) {
        ListenerOptions listener = options.listeners().get(place);
        String taken = listener.isUnix() ? whyTaken(listener.path()) : "";
        if (!taken.isEmpty()) {
            return Future.failedFuture(
                    new KumoException(ErrorCode.REFUSED, "cannot listen on " + listener.where() + ": " + taken));
        }
        return listen(place, 0).compose(port -> {
            addresses.add(listener.address().withPort(port));
            List<Future<Integer>> others = new ArrayList<>();
            for (int i = 1; i < loops.size(); i++) {
                others.add(listen(place, i));
            }
            return Future.all(others).map(all -> {
                if (listener.isUnix()) {
                    permit(listener);
                }
                return null;
            });
        });
    }

    private Future<Integer> listen(int place, int loop) {
        ListenerOptions listener = options.listeners().get(place);
        NetServerOptions socket = new NetServerOptions().setAcceptBacklog(BACKLOG);
        if (!listener.isUnix()) {
            socket.setTcpNoDelay(true)
                    .setTcpKeepAlive(true)
                    .setTcpUserTimeout(USER_TIMEOUT_MS)
                    .setReuseAddress(true);
        }
        Promise<Integer> port = Promise.promise();
        contexts.get(loop).runOnContext(onLoop -> {
            NetServer server = vertx.createNetServer(socket);
            servers.add(server);
            GatewayLoop serving = loops.get(loop);
            server.connectHandler(client -> serving.accept(client, listener, listener.tls() ? tls : null));
            server.listen(address(place, listener))
                    .onComplete(
                            listening -> port.complete(Math.max(0, listening.actualPort())),
                            failure -> port.fail(new KumoException(
                                    ErrorCode.REFUSED,
                                    "cannot listen on " + listener.where() + ": " + Failures.reason(failure),
                                    failure)));
        });
        return port.future();
    }

    /** Any free port is the same one for all loops: Vert.x shares sockets of one negative number among them. */
    private SocketAddress address(int place, ListenerOptions listener) {
        if (listener.isUnix()) {
            return SocketAddress.domainSocketAddress(listener.path());
        }
        int port = listener.address().port();
        boolean shared = loops.size() > 1 && port == 0;
        String host = listener.address().host();
        return shared ? SocketAddress.sharedRandomPort(place + 1, host) : SocketAddress.inetSocketAddress(port, host);
    }

    /**
     * Netty deletes whatever has the path of a Unix socket: only the socket of a gateway that was killed may be.
     *
     * @return why the path can't be taken; empty if it can
     */
    private static String whyTaken(String path) {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
        try {
            if (!Files.exists(address.getPath(), LinkOption.NOFOLLOW_LINKS)) {
                return "";
            }
            Object mode = Files.getAttribute(address.getPath(), "unix:mode", LinkOption.NOFOLLOW_LINKS);
            boolean socket = mode instanceof Integer bits && (bits & FILE_TYPE) == SOCKET;
            return !socket ? "there is a file of that name" : isAlive(address) ? "address already in use" : "";
        } catch (IOException e) {
            return Failures.reason(e);
        }
    }

    private static boolean isAlive(UnixDomainSocketAddress address) {
        try (SocketChannel other = SocketChannel.open(address)) {
            return other.isConnected();
        } catch (IOException nobody) {
            return false;
        }
    }

    private static void permit(ListenerOptions listener) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] all = PosixFilePermission.values(); // from the owner's reading to others' executing
        for (int i = 0; i < all.length; i++) {
            if ((listener.mode() >> (all.length - 1 - i) & 1) != 0) {
                permissions.add(all[i]);
            }
        }
        try {
            Files.setPosixFilePermissions(Path.of(listener.path()), permissions);
        } catch (IOException e) {
            throw new KumoException(
                    ErrorCode.REFUSED,
                    "cannot change the permissions of " + listener.path() + ": " + e.getMessage(),
                    e);
        }
    }

    /** Of the listener at that place, with its real port. */
    HostPort address(int place) {
        return addresses.get(place);
    }

    /** As memcached spells addresses. */
    String memcachedAddress(int place) {
        ListenerOptions listener = options.listeners().get(place);
        return listener.isUnix() ? listener.where() : "tcp:" + addresses.get(place);
    }

    /** All of them, for people. */
    String text() {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < options.listeners().size(); i++) {
            ListenerOptions listener = options.listeners().get(i);
            texts.add((listener.isUnix() ? listener.where() : addresses.get(i).toString())
                    + (listener.tls() ? " (TLS)" : ""));
        }
        return String.join(" and ", texts);
    }

    /** Of the certificate; 0 without one. */
    long secondsToExpiry() {
        TlsFiles files = tls;
        return files == null ? 0 : (files.expiresMs() - clock.wallMs()) / MS_PER_S;
    }

    /** Reads the certificate again, for new connections; waits for the disk. What is wrong with it changes nothing. */
    void reload() {
        if (!options.tls().isOn()) {
            return;
        }
        try {
            TlsFiles files = TlsFiles.read(options.tls(), clock.wallMs());
            use(files);
            LOG.info("certificate reloaded subject={}", files.subject());
        } catch (KumoException e) {
            LOG.error("certificate not reloaded, the one before counts because={}", e.getMessage());
        }
    }

    Future<Void> close() {
        List<Future<Void>> closing = new ArrayList<>();
        servers.forEach(server -> closing.add(server.close()));
        return Future.join(closing).mapEmpty();
    }
}
