package io.kumo.ctl.runtime;

import io.kumo.base.HostPort;
import io.kumo.bus.runtime.MqttAccess;
import io.kumo.bus.runtime.TableSubscriber;
import io.kumo.config.OptionSpec;
import io.kumo.config.ParsedOptions;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.node.runtime.Build;
import io.kumo.node.runtime.Failures;
import io.kumo.protocol.AuthMessages.MqttTicketGet;
import io.kumo.protocol.Call;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.ControlMessages.TableResult;
import io.kumo.protocol.Message;
import io.kumo.protocol.Role;
import io.kumo.rpc.runtime.RpcClient;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.rpc.runtime.RpcLimits;
import io.kumo.security.runtime.NodeSecurity;
import io.kumo.security.runtime.SecurityOptions;
import io.kumo.table.ClusterTable;
import io.kumo.table.TableCodec;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Calls managers and servers and waits for what they answer; follows a manager that names another one as leader. */
final class ManagerClient implements AutoCloseable {
    /** Calls end by themselves. */
    private static final long LATE_MS = 3_000;
    /** Manifests of backups, and large values. */
    private static final RpcLimits LIMITS = RpcLimits.DEFAULT.withMaxFrameBytes(256 << 20);

    private static final int MOST_REDIRECTS = 20;

    /** What every command takes that asks somebody. */
    static final List<OptionSpec<?>> OPTIONS = Stream.concat(
                    Stream.<OptionSpec<?>>of(Subcommands.TIMEOUT), SecurityOptions.CLIENT.stream())
            .toList();

    /**
     * What one process answered.
     *
     * @param value empty if there is no answer; then {@code failure} says why
     * @param sentMs when it was asked, by this host's clock, as {@code cameMs}
     */
    record Answer<R>(HostPort from, Optional<R> value, String failure, long sentMs, long cameMs) {}

    private final Vertx vertx;
    private final NodeSecurity security;
    private final String build;
    private final long timeoutMs;
    private final Map<HostPort, RpcClient> clients = new ConcurrentHashMap<>();
    private final HostPort given;
    private HostPort manager;

    ManagerClient(Vertx vertx, NodeSecurity security, HostPort manager, long timeoutMs, String build) {
        this.vertx = vertx;
        this.security = security;
        this.given = manager;
        this.manager = manager;
        this.timeoutMs = timeoutMs;
        this.build = build;
    }

    /**
     * For one command; {@code options} has {@link #OPTIONS}.
     *
     * @param manager or server, for a command that asks only that one
     */
    static ManagerClient open(HostPort manager, ParsedOptions options) {
        SecurityOptions given = SecurityOptions.of("kumoctl", options, false);
        NodeSecurity security = NodeSecurity.of(given.isAny() ? given : OperatorFile.read(), Role.OPERATOR);
        return new ManagerClient(
                Vertx.vertx(),
                security,
                manager,
                options.value(Subcommands.TIMEOUT).toMillis(),
                Build.version());
    }

    Vertx vertx() {
        return vertx;
    }

    HostPort manager() {
        return manager;
    }

    /**
     * Asks the manager, or the leader that it names; tries again while there is none, or it can't be reached, within
     * the time limit.
     */
    <R extends Message> R ask(Call<R> call) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        for (int redirects = 0; ; redirects++) {
            try {
                return ask(manager, call);
            } catch (KumoException e) {
                boolean isLeaderGone = e.code() == ErrorCode.NOT_CONNECTED && !manager.equals(given);
                boolean again = isLeaderGone || e.code() == ErrorCode.NOT_LEADER || e.code() == ErrorCode.NO_TABLE;
                if (!again || redirects >= MOST_REDIRECTS || System.nanoTime() > deadline) {
                    throw e;
                }
                if (isLeaderGone) {
                    manager = given;
                    pause();
                } else {
                    follow(e.getMessage());
                }
            }
        }
    }

    /** The text of NOT_LEADER is the leader's address, or says that there is none yet: then a short pause. */
    private void follow(String text) {
        try {
            HostPort leader = HostPort.parse(text, 0);
            if (leader.port() != 0 && !leader.equals(manager)) {
                manager = leader;
                return;
            }
        } catch (IllegalArgumentException e) {
            // not an address: there is no leader yet
        }
        pause();
    }

    private void pause() {
        Vertx waiter = vertx;
        await(Future.future(promise -> waiter.setTimer(250, timer -> promise.complete())), "a pause");
    }

    /** Asks one process. */
    <R extends Message> R ask(HostPort address, Call<R> call) {
        return ask(address, call, timeoutMs);
    }

    /** Asks one process for what may take longer, once there is a connection. */
    <R extends Message> R ask(HostPort address, Call<R> call, long longestMs) {
        RpcClient client = clients.computeIfAbsent(address, this::connect);
        long beganNs = System.nanoTime();
        await(client.whenAnswered(Math.min(timeoutMs, longestMs)), "connecting to " + address, longestMs);
        return await(client.call(call, left(longestMs, beganNs)), call.method().name() + " at " + address, longestMs);
    }

    private static long left(long longestMs, long beganNs) {
        return Math.max(1, longestMs - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs));
    }

    /** Asks one process without waiting, also for a connection: that there is none is an answer too. */
    <R extends Message> Future<R> callLater(HostPort address, Call<R> call) {
        return clients.computeIfAbsent(address, this::connect).call(call, timeoutMs);
    }

    /** The newest table; NO_TABLE while there is none. */
    ClusterTable table() {
        TableResult result = ask(new TableGet(0));
        if (result.version() == 0) {
            throw new KumoException(ErrorCode.NO_TABLE);
        }
        return TableCodec.decode(result.table());
    }

    /** Asks several processes at the same time; returns once each has answered or failed, in their order. */
    <R extends Message> List<Answer<R>> askAll(List<HostPort> addresses, Call<R> call) {
        List<Future<Answer<R>>> asked = new ArrayList<>();
        long beganNs = System.nanoTime();
        for (HostPort address : addresses) {
            RpcClient client = clients.computeIfAbsent(address, this::connect);
            asked.add(client.whenAnswered(timeoutMs)
                    .compose(connected -> timed(address, client, call, left(timeoutMs, beganNs)))
                    .recover(failure -> Future.succeededFuture(
                            new Answer<>(address, Optional.empty(), Failures.reason(failure), 0, 0))));
        }
        await(Future.join(asked), call.method().name());
        return asked.stream().map(Future::result).toList();
    }

    private static <R extends Message> Future<Answer<R>> timed(
            HostPort address, RpcClient client, Call<R> call, long longestMs) {
        long sentMs = System.currentTimeMillis();
        return client.call(call, longestMs)
                .map(result -> new Answer<>(address, Optional.of(result), "", sentMs, System.currentTimeMillis()));
    }

    /** How this process is let in at the managers' brokers. */
    MqttAccess mqttAccess() {
        return new MqttAccess(security, broker -> {
            RpcClient client = clients.computeIfAbsent(TableSubscriber.rpcAddress(broker), this::connect);
            return client.whenAnswered(timeoutMs).compose(connected -> client.call(new MqttTicketGet(), timeoutMs));
        });
    }

    private RpcClient connect(HostPort address) {
        Hello hello = new Hello("", "kumoctl", System.getProperty("user.name", "kumoctl"), build);
        return new RpcClient(
                vertx,
                vertx.getOrCreateContext(),
                address,
                () -> hello,
                new RpcHandlers().secure(security),
                () -> 0,
                LIMITS.withConnectTimeoutMs((int) Math.min(timeoutMs, Integer.MAX_VALUE)));
    }

    /** Waits for what bounds its time itself. */
    <T> T await(Future<T> future, String what) {
        return await(future, what, timeoutMs);
    }

    private static <T> T await(Future<T> future, String what, long longestMs) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(longestMs + LATE_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KumoException known) {
                throw known;
            }
            throw new KumoException(ErrorCode.INTERNAL, what + ": " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new KumoException(ErrorCode.TIMED_OUT, what + ": no answer within " + longestMs + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KumoException(ErrorCode.SHUTTING_DOWN, "interrupted", e);
        }
    }

    @Override
    public void close() {
        clients.values().forEach(RpcClient::close);
    }
}
