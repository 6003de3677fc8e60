package io.kumo.rpc.runtime;

import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.node.runtime.Failures;
import io.kumo.protocol.Call;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.ControlMessages.HelloResult;
import io.kumo.protocol.Message;
import io.kumo.protocol.Role;
import io.kumo.rpc.Outage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to one address, kept: it connects at once, and again with backoff (10 ms to 1 s) whenever it is lost.
 * Lives on one Vert.x context; its methods are called there, but for those that say otherwise.
 */
public final class RpcClient {
    private static final Logger LOG = LoggerFactory.getLogger(RpcClient.class);
    private static final long FIRST_BACKOFF_MS = 10;
    private static final long LAST_BACKOFF_MS = 1000;
    /** What has failed for so long and so often, other than by silence, goes on to fail. */
    private static final long TROUBLE_NS = TimeUnit.SECONDS.toNanos(3);

    private static final int TROUBLE_COUNT = 5;

    private final Vertx vertx;
    private final ContextInternal context;
    private final HostPort address;
    private final RpcEndpoint endpoint;
    private final NetClient sockets;
    private final Outage outage = new Outage();
    private final List<Consumer<Boolean>> stateListeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<Failure>> failureListeners = new CopyOnWriteArrayList<>();

    private volatile @Nullable RpcChannel open;
    private volatile boolean closed;
    private volatile String lastFailure = "not connected yet";
    private volatile boolean refused;
    private volatile Runnable onNobodyThere = () -> {};
    private @Nullable RpcChannel opening;
    private long backoffMs = FIRST_BACKOFF_MS;

    /** What became of an attempt to connect: no answer in time, trouble on the way, or an answer: no. */
    private enum Failure {
        SILENCE,
        TROUBLE,
        ANSWER
    }

    /**
     * @param self how this process introduces itself, asked for each connection
     * @param handlers take the calls that the peer makes on this connection
     * @param tableVersion the newest known table version, put into every error
     */
    public RpcClient(
            Vertx vertx,
            Context context,
            HostPort address,
            Supplier<Hello> self,
            RpcHandlers handlers,
            LongSupplier tableVersion,
            RpcLimits limits) {
        this.vertx = vertx;
        this.context = (ContextInternal) context;
        this.address = address;
        this.endpoint = new RpcEndpoint(self, handlers, tableVersion, limits);
        this.sockets = vertx.createNetClient(RpcTransport.clientOptions(limits, handlers.security()));
        context.runOnContext(onLoop -> connect());
    }

    private void connect() {
        if (!closed) {
            sockets.connect(address.port(), address.host()).onComplete(this::onSocket, this::onFailure);
        }
    }

    private void onSocket(NetSocket socket) {
        if (closed) {
            socket.close();
            return;
        }
        Role certified;
        try {
            certified = endpoint.security()
                    .tls()
                    .map(tls -> tls.roleOf(socket.sslSession(), false))
                    .orElse(null);
        } catch (KumoException e) {
            turnedAway(e.code(), String.valueOf(e.getMessage()));
            socket.close();
            reconnectLater();
            return;
        }
        RpcChannel channel = new RpcChannel(socket, context, endpoint);
        opening = channel;
        channel.onClose(() -> onLost(channel));
        ResultHandler<HelloResult> greeted = new ResultHandler<>() {
            @Override
            public void onResult(HelloResult result) {
                onHello(channel, result);
            }

            @Override
            public void onError(ErrorCode code, String text) {
                turnedAway(code, text);
                channel.close();
            }
        };
        new Greeting(channel, endpoint, certified, endpoint.self(), greeted).start();
    }

    /** There is somebody, but no connection. */
    private void turnedAway(ErrorCode code, String text) {
        refused = code == ErrorCode.WRONG_CLUSTER;
        boolean isSilent = code == ErrorCode.TIMED_OUT;
        failed(text, isSilent ? Failure.SILENCE : isAnswer(code) ? Failure.ANSWER : Failure.TROUBLE, isAnswer(code));
    }

    /** @param isSaid whether the peer itself said why */
    private void failed(String why, Failure failure, boolean isSaid) {
        lastFailure = why;
        // Who belongs to another cluster is told by who knows what to do about it.
        if (!refused && outage.onFailure(why, isSaid, System.nanoTime())) {
            LOG.warn("no connection address={} because={}", address, why);
        }
        failureListeners.forEach(listener -> listener.accept(failure));
    }

    private void onHello(RpcChannel channel, HelloResult result) {
        refused = false;
        opening = null;
        open = channel;
        backoffMs = FIRST_BACKOFF_MS;
        if (outage.onConnected()) {
            LOG.info("connected again address={} peer={} name={}", address, result.role(), result.name());
        } else {
            LOG.debug("connected address={} peer={} name={}", address, result.role(), result.name());
        }
        channel.introduced(Introduction.role(result.role()), result.name());
        tell(true);
    }

    private void onLost(RpcChannel channel) {
        boolean wasOpen = open == channel;
        opening = null;
        open = null;
        if (wasOpen) {
            lastFailure = "connection to " + address + " lost";
            LOG.debug("connection lost address={}", address);
            tell(false);
        }
        reconnectLater();
    }

    private void onFailure(Throwable failure) {
        if (Failures.isNobodyThere(failure)) {
            onNobodyThere.run();
        }
        boolean isAnswer = Failures.isNobodyThere(failure) || Failures.isFinal(failure);
        Failure kind = Failures.isTimeout(failure) ? Failure.SILENCE : isAnswer ? Failure.ANSWER : Failure.TROUBLE;
        failed(Failures.reason(failure), kind, false);
        reconnectLater();
    }

    private void reconnectLater() {
        if (!closed) {
            vertx.setTimer(backoffMs, id -> connect());
            backoffMs = Math.min(LAST_BACKOFF_MS, 2 * backoffMs);
        }
    }

    private void tell(boolean connected) {
        stateListeners.forEach(listener -> listener.accept(connected));
    }

    private static boolean isAnswer(ErrorCode code) {
        return code == ErrorCode.UNAUTHENTICATED || code == ErrorCode.REFUSED || code == ErrorCode.WRONG_CLUSTER;
    }

    /** Calls; NOT_CONNECTED at once while there is no connection. */
    public <R extends Message> void call(Call<R> call, long timeoutMs, ResultHandler<R> handler) {
        RpcChannel channel = open;
        if (channel == null) {
            handler.onError(ErrorCode.NOT_CONNECTED, "not connected to " + address + ": " + lastFailure, 0);
        } else {
            channel.call(call, timeoutMs, handler);
        }
    }

    /** Calls, from any thread; fails with a KumoException. For what is rare: the other form is cheaper. */
    public <R extends Message> Future<R> call(Call<R> call, long timeoutMs) {
        Promise<R> promise = Promise.promise();
        onLoop(() -> call(call, timeoutMs, new ResultHandler<R>() {
            @Override
            public void onResult(R result) {
                promise.complete(result);
            }

            @Override
            public void onError(ErrorCode code, String text) {
                promise.fail(new KumoException(code, text));
            }
        }));
        return promise.future();
    }

    /** Sends one way; false if it was dropped. */
    public boolean send(Call<?> notice) {
        RpcChannel channel = open;
        return channel != null && channel.send(notice);
    }

    /** From any thread. */
    public boolean isConnected() {
        return open != null;
    }

    /** The present connection; null while there is none. */
    public @Nullable RpcConnection connection() {
        return open;
    }

    /**
     * Completes with the first connection, or fails with why there is none after {@code timeoutMs}. From any thread.
     */
    public Future<Void> whenConnected(long timeoutMs) {
        Promise<Void> promise = Promise.promise();
        onLoop(() -> {
            if (open != null) {
                promise.complete();
                return;
            }
            long timer = vertx.setTimer(timeoutMs, id -> promise.tryFail(cannotConnect(lastFailure)));
            Consumer<Boolean> listener = connected -> {
                if (connected && promise.tryComplete()) {
                    vertx.cancelTimer(timer);
                }
            };
            stateListeners.add(listener);
            promise.future().onComplete(done -> stateListeners.remove(listener));
        });
        return promise.future();
    }

    /**
     * As {@link #whenConnected}, for whom an operator waits: fails as soon as there is an answer, such as that nobody
     * listens there or that this process is turned away.
     */
    public Future<Void> whenAnswered(long timeoutMs) {
        Promise<Void> promise = Promise.promise();
        onLoop(() -> {
            if (open != null) {
                promise.complete();
                return;
            }
            long beganNs = System.nanoTime();
            AtomicInteger failed = new AtomicInteger();
            Consumer<Failure> listener = failure -> {
                if (failure == Failure.SILENCE) {
                    return; // that there was no answer is said in the end, with the time that was waited
                }
                // A busy host that is too slow for the peer's patience fails too, but not so often.
                boolean isLasting =
                        failed.incrementAndGet() >= TROUBLE_COUNT && System.nanoTime() - beganNs > TROUBLE_NS;
                if (failure == Failure.ANSWER || isLasting) {
                    promise.tryFail(cannotConnect(lastFailure));
                }
            };
            failureListeners.add(listener);
            whenConnected(timeoutMs)
                    .onSuccess(promise::tryComplete)
                    .onFailure(late -> promise.tryFail(
                            cannotConnect(failed.get() > 0 ? lastFailure : "no answer within " + timeoutMs + " ms")));
            promise.future().onComplete(done -> failureListeners.remove(listener));
        });
        return promise.future();
    }

    private KumoException cannotConnect(String why) {
        return new KumoException(ErrorCode.NOT_CONNECTED, "cannot connect to " + address + ": " + why);
    }

    /** Is told true after each Hello and false after each loss. Several listeners are told in the order they came. */
    public void onStateChange(Consumer<Boolean> listener) {
        stateListeners.add(listener);
    }

    /**
     * Is told each time that the host is there and that nobody listens at the address: no process of that address is
     * alive, as far as this host sees. For one listener.
     */
    public void onNobodyThere(Runnable listener) {
        onNobodyThere = listener;
    }

    /** Why there is no connection, for people. From any thread. */
    public String lastFailure() {
        return lastFailure;
    }

    /** Whether the peer answers but belongs to another cluster; {@link #lastFailure} says to which. From any thread. */
    public boolean isRefused() {
        return refused;
    }

    public HostPort address() {
        return address;
    }

    /** Closes for good; from any thread. */
    public void close() {
        closed = true;
        onLoop(() -> {
            RpcChannel channel = open != null ? open : opening;
            if (channel != null) {
                channel.close();
            }
            sockets.close();
        });
    }

    private void onLoop(Runnable action) {
        if (context.inThread()) {
            action.run();
        } else {
            context.runOnContext(onLoop -> action.run());
        }
    }
}
