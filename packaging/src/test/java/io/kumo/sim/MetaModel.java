package io.kumo.sim;

import io.kumo.gateway.memcached.MetaCommand;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;
import io.kumo.protocol.WriteStatus;
import io.kumo.sim.History.Op;
import java.util.ArrayList;
import java.util.List;

/**
 * What memcached's meta commands do to a record, for the checker of histories. Whoever wins takes the token, and nobody
 * else wins before the record is made anew or invalidated again. Times are so far apart that clocks do not matter: a
 * record has no end, or one in {@link #EXPTIME_SEC} seconds, which is more than {@link #NEVER_SHORT_SEC} and less than
 * {@link #SHORT_SEC}, whatever a wall clock does.
 */
final class MetaModel {
    static final long EXPTIME_SEC = 100_000;
    static final long NEVER_SHORT_SEC = 30;
    static final long SHORT_SEC = 200_000;

    private final MetaCommand command;
    private final WriteOptions options;
    private final Op op;
    private final RecordState state;
    /** Without an answer that could be compared. */
    private final boolean isOpen;

    private MetaModel(Op op, RecordState state) {
        this.command = op.meta;
        this.options = op.meta.options();
        this.op = op;
        this.state = state;
        this.isOpen = !op.isKnown() || op.isInferred;
    }

    /** The states that the command may lead to with the answer that it got; none if it can't have got it. */
    static List<RecordState> apply(Op op, RecordState state) {
        MetaModel model = new MetaModel(op, state);
        return switch (op.kind) {
            case META_GET -> model.get();
            case DELETE -> model.delete();
            case INCR, DECR -> model.count();
            case CAS -> model.compareAndSet();
            case ADD -> state.value() == null ? model.stored() : model.refused(WriteStatus.NOT_STORED);
            case REPLACE -> state.value() != null ? model.stored() : model.refused(WriteStatus.NOT_STORED);
            case APPEND, PREPEND -> model.join();
            default -> model.stored();
        };
    }

    private List<RecordState> refused(WriteStatus status) {
        return isOpen ? (op.isInferred ? List.of() : List.of(state)) : op.status == status ? List.of(state) : List.of();
    }

    /** It was done, and left that, with a new cas unique. */
    private List<RecordState> done(RecordState next) {
        if (!isOpen && op.status != WriteStatus.DONE) {
            return List.of();
        }
        if (next.value() == null) {
            return List.of(next.gone());
        }
        if (options.has(WriteOptions.NEW_CAS)) {
            boolean isTold = isOpen || op.cas == options.newCas();
            return isTold ? List.of(next.withOwnCas(options.newCas())) : List.of();
        }
        if (isOpen || op.cas == 0) {
            return List.of(next.withOwnCas(0));
        }
        return op.cas > state.lastCas() ? List.of(next.withCas(op.cas)) : List.of();
    }

    /** It left the cas unique as it was. */
    private List<RecordState> kept(RecordState next) {
        if (isOpen || op.cas == 0 || next.cas() == op.cas) {
            return List.of(next);
        }
        return next.cas() == 0 && op.cas > state.lastCas() ? List.of(next.withCas(op.cas)) : List.of();
    }

    private RecordState record(String value, long exptime, int marks) {
        String left = exptime < 0 ? null : value;
        return state.with(left, 0).timed(left != null && exptime != 0).marked(left == null ? 0 : marks);
    }

    private List<RecordState> stored() {
        return done(record(op.value, command.exptime(), 0));
    }

    // --- mg

    private List<RecordState> get() {
        if (state.value() == null) {
            return options.has(WriteOptions.VIVIFY) ? made() : refused(WriteStatus.NOT_FOUND);
        }
        boolean isTouched = options.has(WriteOptions.NEW_EXPTIME);
        boolean isTimed = isTouched ? command.exptime() != 0 : state.isTimed();
        boolean isGone = isTouched && command.exptime() < 0;
        boolean wins = !state.has(LogEntry.TOKEN_SENT) && (state.has(LogEntry.STALE) || isShort(isTimed, isGone));
        if (op.isInferred && !wins && !isTouched) {
            return List.of(); // that makes no entry
        }
        boolean isFound = op.status == WriteStatus.DONE || op.status == WriteStatus.UNCHANGED;
        int token = wins ? LogEntry.TOKEN_SENT | LogEntry.WON : state.marks() & LogEntry.TOKEN_SENT;
        int told = token | (state.marks() & LogEntry.STALE);
        boolean fits = isOpen
                || (isFound && op.read.equals(state.value()) && told == marks() && (isGone || isTimed == op.isTimed));
        if (!fits) {
            return List.of();
        }
        List<RecordState> next = new ArrayList<>();
        kept(state.timed(isTimed).marked(told & ~LogEntry.WON)).forEach(left -> next.add(isGone ? left.gone() : left));
        return next;
    }

    /** Whether the record has less time left than the client wants: as it was, or as this command makes it. */
    private boolean isShort(boolean isTimedThen, boolean isGone) {
        boolean isAfter = options.has(WriteOptions.RECACHE_AFTER_TOUCH);
        boolean isTimed = isAfter ? isTimedThen : state.isTimed();
        boolean isBelow = options.recacheExptime() == SHORT_SEC || (isAfter && isGone);
        return options.has(WriteOptions.RECACHE) && isTimed && isBelow;
    }

    private int marks() {
        return op.marks & (LogEntry.STALE | LogEntry.TOKEN_SENT | LogEntry.WON | LogEntry.CREATED);
    }

    /** There was none: an empty record, and the client is the one to fill it. */
    private List<RecordState> made() {
        int told = LogEntry.CREATED | LogEntry.WON | LogEntry.TOKEN_SENT;
        boolean fits = isOpen || (op.status == WriteStatus.DONE && op.read.isEmpty() && marks() == told);
        return fits ? done(record("", options.vivifyExptime(), LogEntry.TOKEN_SENT)) : List.of();
    }

    // --- md

    private List<RecordState> delete() {
        if (state.value() == null) {
            return refused(WriteStatus.NOT_FOUND);
        }
        return compared(options.has(WriteOptions.COMPARE), deleted());
    }

    private List<RecordState> deleted() {
        boolean isEmptied = options.has(WriteOptions.REMOVE_VALUE);
        boolean isInvalidated = options.has(WriteOptions.INVALIDATE);
        if (!isEmptied && !isInvalidated) {
            return isOpen || op.status == WriteStatus.DONE ? List.of(state.gone()) : List.of();
        }
        boolean isTouched = options.has(WriteOptions.NEW_EXPTIME);
        boolean isTimed = isTouched ? command.exptime() != 0 : !isEmptied && state.isTimed();
        RecordState next = state.timed(isTimed).marked(isInvalidated ? LogEntry.STALE : 0);
        RecordState left = isEmptied
                ? next.with("", next.cas())
                        .withOwnCas(next.cas())
                        .timed(isTimed)
                        .marked(next.marks())
                : next;
        if (isTouched && command.exptime() < 0) {
            left = left.gone();
        }
        boolean keepsCas = !isInvalidated && !options.has(WriteOptions.NEW_CAS) && left.value() != null;
        return keepsCas ? (isOpen || op.status == WriteStatus.DONE ? kept(left) : List.of()) : done(left);
    }

    /** The outcomes where that is what an equal cas unique leads to. */
    private List<RecordState> compared(boolean isAsked, List<RecordState> equal) {
        if (!isAsked) {
            return equal;
        }
        List<RecordState> states = new ArrayList<>();
        if (mayBe(command.cas())) {
            states.addAll(equal);
        }
        if (state.cas() != command.cas()) {
            states.addAll(refused(WriteStatus.EXISTS));
        }
        return states;
    }

    private boolean mayBe(long cas) {
        return state.cas() == cas || (state.cas() == 0 && cas > state.lastCas());
    }

    // --- ms

    private List<RecordState> compareAndSet() {
        if (state.value() == null) {
            return refused(WriteStatus.NOT_FOUND);
        }
        List<RecordState> states = new ArrayList<>();
        if (mayBe(command.cas())) {
            states.addAll(stored());
        }
        if (state.cas() == command.cas()) {
            return states;
        }
        boolean mayBeOlder = state.cas() == 0 || command.cas() < state.cas();
        boolean mayBeNewer = state.cas() == 0 ? command.cas() > state.lastCas() : command.cas() > state.cas();
        boolean replaces = options.has(WriteOptions.INVALIDATE) && command.cas() != 0;
        if (replaces && mayBeOlder) {
            int marks = LogEntry.STALE | (state.marks() & LogEntry.TOKEN_SENT);
            states.addAll(done(state.with(op.value, 0).timed(state.isTimed()).marked(marks)));
        }
        if (!replaces || mayBeNewer) {
            states.addAll(refused(WriteStatus.EXISTS));
        }
        return states;
    }

    private List<RecordState> join() {
        if (state.value() == null) {
            return options.has(WriteOptions.VIVIFY)
                    ? done(record(op.value, options.vivifyExptime(), 0))
                    : refused(WriteStatus.NOT_STORED);
        }
        String joined = op.kind == WriteKind.APPEND ? state.value() + op.value : op.value + state.value();
        return compared(command.cas() != 0, done(state.with(joined, 0).timed(state.isTimed())));
    }

    // --- ma

    private List<RecordState> count() {
        if (state.value() == null) {
            if (!options.has(WriteOptions.VIVIFY)) {
                return refused(WriteStatus.NOT_FOUND);
            }
            boolean fits = isOpen || op.number == options.initial();
            return fits ? done(record(Long.toString(options.initial()), options.vivifyExptime(), 0)) : List.of();
        }
        boolean isCompared = command.cas() != 0 && !state.value().isEmpty(); // which is looked at first
        return compared(isCompared, counted());
    }

    private List<RecordState> counted() {
        if (!Linearizability.isNumber(state.value())) {
            return refused(WriteStatus.NOT_A_NUMBER);
        }
        long before = Linearizability.numberOf(state.value());
        long number = Linearizability.counted(op.kind == WriteKind.INCR, before, command.delta());
        if (!isOpen && op.status == WriteStatus.DONE && op.number != number) {
            return List.of();
        }
        String text = Linearizability.counted(state.value(), number);
        boolean isTouched = options.has(WriteOptions.NEW_EXPTIME);
        boolean isTimed = isTouched ? command.exptime() != 0 : state.isTimed();
        int marks = text.length() == state.value().length() ? state.marks() : 0;
        RecordState next = state.with(text, 0).timed(isTimed).marked(marks);
        return done(isTouched && command.exptime() < 0 ? next.gone() : next);
    }
}
