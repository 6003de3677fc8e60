package io.kumo.sim;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.protocol.Call;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.ControlMessages.TableResult;
import io.kumo.register.Acceptor;
import io.kumo.register.Acceptor.Step;
import io.kumo.register.AcceptorState;
import io.kumo.register.RegisterMessages.Accept;
import io.kumo.register.RegisterMessages.Committed;
import io.kumo.register.RegisterMessages.CommittedResult;
import io.kumo.register.RegisterMessages.Learn;
import io.kumo.register.RegisterMessages.Prepare;
import io.kumo.register.Voter;
import io.kumo.sim.SimHandlers.SimReply;
import io.kumo.table.ClusterTable;
import io.kumo.table.TableCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** A voter on its simulated file, and the newest table of its process: what RegisterDriver and TableHolder are. */
final class SimVoter {
    private final SimProcess process;
    private final Consumer<AcceptorState> file;
    private final Consumer<ClusterTable> onTable;
    private final List<Task<?>> waiting = new ArrayList<>();
    private Acceptor acceptor;
    private ClusterTable newest;
    private boolean isWriting;
    private long wantedAfter;

    /** @param onTable told of every newer table */
    SimVoter(
            SimProcess process,
            Voter self,
            List<HostPort> managers,
            AcceptorState stored,
            Consumer<AcceptorState> file,
            Consumer<ClusterTable> onTable) {
        this.process = process;
        this.file = file;
        this.onTable = onTable;
        this.acceptor = new Acceptor(self, managers, stored);
    }

    /** Tells of the table in the file, if there is one. */
    void start() {
        acceptor.state().committed().ifPresent(this::offer);
    }

    Acceptor acceptor() {
        return acceptor;
    }

    /** Null while none is known. */
    ClusterTable table() {
        return newest;
    }

    long version() {
        return newest == null ? 0 : newest.version();
    }

    /** Whether a voter waits for a version that is decided. */
    boolean isVersionWanted() {
        return wantedAfter > 0 && wantedAfter == version();
    }

    /** What it voted for is not decided, as far as it knows. */
    void wantVersion() {
        wantedAfter = version();
    }

    String clusterId() {
        return newest == null ? "" : newest.clusterId();
    }

    /** Takes a committed table from wherever it comes. */
    void offer(ClusterTable table) {
        if (table.version() > version()) {
            newest = table;
            run(before -> new Step<>(before.onCommitted(table), true), done -> {});
            onTable.accept(table);
        }
    }

    /** Runs that once the file has the newest table, as {@link #table} says now. */
    void whenKept(Runnable action) {
        ClusterTable table = newest;
        run(before -> new Step<>(before.onCommitted(table), true), done -> action.run());
    }

    /** Takes one of the register's calls; false for another one. */
    boolean onCall(Call<?> call, SimReply reply) {
        if (call instanceof Prepare prepare) {
            run(at -> at.onPrepare(prepare), reply::ok);
        } else if (call instanceof Accept accept) {
            run(at -> at.onAccept(accept), reply::ok);
        } else if (call instanceof Learn learn) {
            wantedAfter = learn.recovering() ? learn.knownVersion() : wantedAfter;
            run(at -> new Step<>(at, at.onLearn(learn)), reply::ok);
        } else if (call instanceof Committed committed) {
            offer(committed.table());
            reply.ok(new CommittedResult(version()));
        } else if (call instanceof TableGet get) {
            boolean isNewer = newest != null && newest.version() > get.knownVersion();
            reply.ok(new TableResult(version(), isNewer ? TableCodec.encode(newest) : Bytes.EMPTY));
        } else {
            return false;
        }
        return true;
    }

    private record Task<R>(Function<Acceptor, Step<R>> step, Consumer<R> answer) {}

    /** Runs a step; the answer follows once its outcome is on disk. */
    <R> void run(Function<Acceptor, Step<R>> step, Consumer<R> answer) {
        waiting.add(new Task<>(step, answer));
        pump();
    }

    @SuppressWarnings("ReferenceEquality") // a message that changes nothing returns the same state
    private void pump() {
        while (!isWriting && !waiting.isEmpty()) {
            Acceptor next = acceptor;
            List<Runnable> answers = new ArrayList<>();
            for (Task<?> task : List.copyOf(waiting)) {
                next = apply(task, next, answers);
            }
            waiting.clear();
            if (next.state() == acceptor.state()) {
                answers.forEach(Runnable::run);
            } else {
                write(next, answers);
            }
        }
    }

    private static <R> Acceptor apply(Task<R> task, Acceptor before, List<Runnable> answers) {
        Step<R> outcome = task.step().apply(before);
        answers.add(() -> task.answer().accept(outcome.answer()));
        return outcome.next();
    }

    private void write(Acceptor next, List<Runnable> answers) {
        isWriting = true;
        SimTime time = process.time();
        long in = process.life();
        time.after(time.between(100_000, 4 * SimTime.MS), () -> {
            if (process.isUp() && process.life() == in) {
                file.accept(next.state()); // on disk now, also if the process is paused
                process.run(() -> {
                    isWriting = false;
                    acceptor = next;
                    answers.forEach(Runnable::run);
                    pump();
                });
            }
        });
    }
}
