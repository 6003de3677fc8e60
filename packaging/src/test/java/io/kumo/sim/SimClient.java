package io.kumo.sim;

import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.protocol.Call;
import io.kumo.protocol.Done;
import io.kumo.protocol.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A kept connection from one process to one address: connects again with growing pauses, fails what was under way. */
final class SimClient implements SimConnection.Client {
    private static final long FIRST_PAUSE = 10 * SimTime.MS;
    private static final long LONGEST_PAUSE = SimTime.SECOND;

    private final SimNetwork network;
    private final SimProcess owner;
    private final Object name;
    private final HostPort address;
    private final Consumer<Boolean> onState;
    private final List<Pending<?>> pending = new ArrayList<>();
    private SimConnection connection;
    private boolean isConnected;
    private boolean isClosed;
    private long pauseNs = FIRST_PAUSE;

    /** What became of a call. */
    interface Result<R> {
        void ok(R result);

        void fail(ErrorCode code, long tableVersion);
    }

    private static final class Pending<R> {
        private final Result<R> result;
        private boolean isDone;

        Pending(Result<R> result) {
            this.result = result;
        }
    }

    SimClient(SimNetwork network, SimProcess owner, Object name, HostPort address, Consumer<Boolean> onState) {
        this.network = network;
        this.owner = owner;
        this.name = name;
        this.address = address;
        this.onState = onState;
        connect();
    }

    HostPort address() {
        return address;
    }

    boolean isConnected() {
        return isConnected;
    }

    private void connect() {
        if (isClosed) {
            return;
        }
        SimConnection next = new SimConnection(network, owner, name, this);
        connection = next;
        owner.time().after(network.delayNs(), () -> network.accept(next, address));
    }

    @Override
    public void onOpen(SimConnection opened) {
        if (opened != connection || isClosed) {
            return;
        }
        isConnected = true;
        pauseNs = FIRST_PAUSE;
        network.time().trace().note(10, 1, () -> owner + " connected to " + address);
        onState.accept(true);
    }

    @Override
    public void onClose(SimConnection closed) {
        if (closed != connection || isClosed) {
            return;
        }
        boolean wasConnected = isConnected;
        network.time().trace().note(10, 0, () -> owner + " lost " + address);
        isConnected = false;
        failAll();
        if (wasConnected) {
            onState.accept(false);
        }
        owner.after(pauseNs, this::connect);
        pauseNs = Math.min(LONGEST_PAUSE, pauseNs * 2);
    }

    private void failAll() {
        List<Pending<?>> lost = new ArrayList<>(pending);
        pending.clear();
        lost.forEach(each -> fail(each, ErrorCode.CONNECTION_LOST, 0));
    }

    /** One-way; dropped while there is no connection. */
    void send(Call<Done> notice) {
        if (isConnected) {
            connection.call(notice, (result, error, version) -> {});
        }
    }

    <R extends Message> void call(Call<R> call, long timeoutMs, Result<R> result) {
        if (!isConnected) {
            result.fail(ErrorCode.NOT_CONNECTED, 0);
            return;
        }
        Pending<R> waiting = new Pending<>(result);
        pending.add(waiting);
        connection.call(call, (answer, error, version) -> {
            if (!waiting.isDone) {
                pending.remove(waiting);
                if (answer == null) {
                    fail(waiting, error, version);
                } else {
                    succeed(waiting, answer);
                }
            }
        });
        owner.after(timeoutMs * SimTime.MS, () -> {
            if (!waiting.isDone) {
                pending.remove(waiting);
                fail(waiting, ErrorCode.TIMED_OUT, 0);
            }
        });
    }

    @SuppressWarnings("unchecked") // the call's own decoder made the answer
    private static <R> void succeed(Pending<R> waiting, Message answer) {
        waiting.isDone = true;
        waiting.result.ok((R) answer);
    }

    private static void fail(Pending<?> waiting, ErrorCode code, long tableVersion) {
        if (!waiting.isDone) {
            waiting.isDone = true;
            waiting.result.fail(code, tableVersion);
        }
    }

    void close() {
        isClosed = true;
        isConnected = false;
        connection.close();
        failAll();
    }
}
