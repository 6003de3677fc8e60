package io.kumo.ctl.runtime;

import io.kumo.auth.Credentials;
import io.kumo.auth.UsersFile;
import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.config.OptionSpec;
import io.kumo.config.ParsedOptions;
import io.kumo.config.UsageException;
import io.kumo.ctl.GatewayGreeting;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.node.runtime.Failures;
import io.kumo.security.runtime.PemFile;
import io.kumo.security.runtime.SecretFile;
import io.kumo.security.runtime.TlsIdentity;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.TrustOptions;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** A gateway (or any memcached server) as kumoctl reaches it: encrypted and with a user, where it asks for that. */
final class GatewayAccess {
    private static final OptionSpec<Optional<String>> CA = OptionSpec.path(
                    "tls-ca", "", "Encrypt; the gateway's certificate must be signed by one of these; PEM.")
            .argument("FILE")
            .optional();
    private static final OptionSpec<Optional<String>> CERT = OptionSpec.path(
                    "tls-cert", "", "Certificate to show to a gateway that has --tls-client-ca; PEM.")
            .argument("FILE")
            .optional();
    private static final OptionSpec<Optional<String>> KEY = OptionSpec.path("tls-key", "", "Its private key; PEM.")
            .argument("FILE")
            .optional();
    private static final OptionSpec<Optional<String>> USER = OptionSpec.string(
                    "user", "", "User of a gateway that has --auth-file.")
            .argument("NAME")
            .optional();
    private static final OptionSpec<Optional<String>> PASSWORD = OptionSpec.path(
                    "password-file", "", "The user's password, the first line of a file that others can't read.")
            .argument("FILE")
            .optional();

    static final List<OptionSpec<?>> OPTIONS = List.of(CA, CERT, KEY, USER, PASSWORD);

    private static final int PORT = 11211;
    private static final int CONNECT_MS = 5_000;
    private static final int ANSWER_MS = 60_000;
    private static final int LONGEST_LINE = 8_192;
    private static final int MOST_PASSWORD_BYTES = 4_096;
    private static final String VERIFY_NAMES = "HTTPS";

    private final HostPort address;
    private final Optional<Tls> tls;
    private final Optional<Credentials> login;

    /** What TLS needs. */
    private record Tls(
            X509ExtendedTrustManager trust, @Nullable X509ExtendedKeyManager keys) {}

    private GatewayAccess(HostPort address, Optional<Tls> tls, Optional<Credentials> login) {
        this.address = address;
        this.tls = tls;
        this.login = login;
    }

    /** UsageException for what does not fit together; KumoException for files that can't be used. */
    static GatewayAccess of(String program, String gateway, ParsedOptions options) {
        boolean hasCert = options.value(CERT).isPresent();
        check(program, hasCert == options.value(KEY).isPresent(), "--tls-cert and --tls-key need each other");
        check(program, !hasCert || options.value(CA).isPresent(), "--tls-cert needs --tls-ca");
        boolean hasUser = options.value(USER).isPresent();
        check(program, hasUser == options.value(PASSWORD).isPresent(), "--user and --password-file need each other");
        try {
            HostPort address = HostPort.parse(gateway, PORT);
            Optional<Credentials> login = options.value(USER)
                    .map(name -> credentials(name, options.value(PASSWORD).orElseThrow()));
            return new GatewayAccess(address, options.value(CA).map(ca -> tls(ca, options)), login);
        } catch (IllegalArgumentException e) {
            throw new UsageException(program + ": " + e.getMessage());
        }
    }

    private static void check(String program, boolean holds, String text) {
        if (!holds) {
            throw new UsageException(program + ": " + text);
        }
    }

    private static Credentials credentials(String name, String file) {
        UsersFile.checkName(name);
        String text =
                new String(SecretFile.readSecret("--password-file", file, MOST_PASSWORD_BYTES), StandardCharsets.UTF_8);
        String password = text.lines().findFirst().orElse("");
        UsersFile.checkPassword(password.toCharArray());
        return new Credentials(Bytes.utf8(name), Bytes.utf8(password));
    }

    private static Tls tls(String caFile, ParsedOptions options) {
        List<X509Certificate> trusted = PemFile.read("--tls-ca", caFile).certificates();
        try {
            return new Tls(
                    TlsIdentity.trustManager(trusted), options.value(CERT).isPresent() ? keys(options) : null);
        } catch (GeneralSecurityException e) {
            throw new KumoException(ErrorCode.REFUSED, "TLS can't be set up: " + Failures.reason(e), e);
        }
    }

    private static X509ExtendedKeyManager keys(ParsedOptions options) throws GeneralSecurityException {
        PemFile cert = PemFile.read("--tls-cert", options.value(CERT).orElseThrow());
        PemFile key = PemFile.readSecret("--tls-key", options.value(KEY).orElseThrow());
        return TlsIdentity.keyManager(cert.keyFrom(key, Instant.now()), cert.certificates());
    }

    HostPort address() {
        return address;
    }

    KumoException failure(Throwable why) {
        if (why instanceof KumoException known) {
            return new KumoException(known.code(), "gateway " + address + ": " + known.getMessage(), known);
        }
        return new KumoException(ErrorCode.NOT_CONNECTED, "gateway " + address + ": " + Failures.reason(why), why);
    }

    /** Connected, and let in. KumoException if that can't be. */
    Socket open() {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(address.host(), address.port()), CONNECT_MS);
            socket.setSoTimeout(ANSWER_MS);
            Socket opened = tls.isPresent() ? secured(socket, tls.orElseThrow()) : socket;
            greet(opened);
            return opened;
        } catch (IOException | GeneralSecurityException | KumoException e) {
            try {
                socket.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw failure(e);
        }
    }

    private Socket secured(Socket socket, Tls with) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(with.keys == null ? null : new KeyManager[] {with.keys}, new TrustManager[] {with.trust}, null);
        SSLSocket secured =
                (SSLSocket) context.getSocketFactory().createSocket(socket, address.host(), address.port(), true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm(VERIFY_NAMES);
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    private void greet(Socket socket) throws IOException {
        GatewayGreeting greeting = new GatewayGreeting(login);
        Optional<Bytes> next = Optional.of(GatewayGreeting.first());
        while (next.isPresent()) {
            socket.getOutputStream().write(next.orElseThrow().toArray());
            next = greeting.next(line(socket.getInputStream()));
        }
    }

    /** The next line of an answer. */
    static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.size() > LONGEST_LINE) {
                throw closed();
            }
            line.write(c);
        }
        return line.toString(StandardCharsets.UTF_8).trim();
    }

    private static IOException closed() {
        return new EOFException(
                "it ended the connection, or does not speak memcached's protocol; it may want TLS: --tls-ca");
    }

    /** For clients whose sockets go through {@link #greet(NetSocket)} first. */
    NetClientOptions clientOptions() {
        NetClientOptions options = new NetClientOptions().setTcpNoDelay(true).setConnectTimeout(CONNECT_MS);
        tls.ifPresent(with -> {
            options.setSsl(true)
                    .setHostnameVerificationAlgorithm(VERIFY_NAMES)
                    .setTrustOptions(TrustOptions.wrap(with.trust));
            if (with.keys != null) {
                options.setKeyCertOptions(KeyCertOptions.wrap(with.keys));
            }
        });
        return options;
    }

    /** The same socket, once it is let in. */
    Future<NetSocket> greet(NetSocket socket) {
        GatewayGreeting greeting = new GatewayGreeting(login);
        Promise<NetSocket> greeted = Promise.promise();
        StringBuilder line = new StringBuilder();
        socket.closeHandler(ended -> greeted.tryFail(closed()));
        socket.handler(data -> {
            line.append(data.toString(StandardCharsets.UTF_8));
            if (line.length() > LONGEST_LINE) {
                greeted.tryFail(closed());
            } else if (line.charAt(line.length() - 1) == '\n') {
                String answer = line.toString().trim();
                line.setLength(0);
                try {
                    greeting.next(answer)
                            .ifPresentOrElse(
                                    more -> socket.write(Buffer.buffer(more.toArray())),
                                    () -> greeted.tryComplete(socket));
                } catch (KumoException e) {
                    greeted.tryFail(e);
                }
            }
        });
        socket.write(Buffer.buffer(GatewayGreeting.first().toArray()));
        return greeted.future();
    }
}
