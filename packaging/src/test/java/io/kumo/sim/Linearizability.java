package io.kumo.sim;

import io.kumo.protocol.WriteStatus;
import io.kumo.sim.History.Op;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Is there an order of one key's operations, each at one moment between its call and its answer, in which a memcached
 * of one copy would have given these answers? The search of Wing and Gong with Lowe's memory of what was tried.
 * Operations without an answer may have happened at any moment after their call, or never. A cas of 0 is one that the
 * client was not told (the text protocol tells it to gets only); it is known of it that it is higher than any before.
 */
public final class Linearizability {
    private static final long MAX_STEPS = 200_000;
    private static final long SECOND_NS = 1_000_000_000;
    /** Clocks tell milliseconds. */
    private static final long SLACK_NS = 2_000_000;

    /** Which of the orders begun is gone on with. */
    private enum Pick {
        /**
         * That with the fewest unanswered operations. Where most of them never happened, as while a disk is full, a
         * wrong turn among the others is not followed by all sums of a hundred counts.
         */
        FEWEST_UNANSWERED,
        /** The newest: sooner there where many of them happened. */
        NEWEST
    }

    private record Tried(BitSet done, RecordState state) {}

    private final List<Op> ops;
    private final Pick pick;
    private final BitSet unanswered = new BitSet();
    private final boolean areClocksRight;
    private final List<BitSet> before = new ArrayList<>();
    private final Set<Tried> tried = new HashSet<>();
    /** What is to be gone on with, by how many unanswered operations it has; one list of all for the newest. */
    private final List<List<Tried>> stacks = new ArrayList<>();

    private Tried furthest;

    private Linearizability(List<Op> ops, boolean areClocksRight, Pick pick) {
        this.ops = ops;
        this.areClocksRight = areClocksRight;
        this.pick = pick;
        for (int i = 0; i < ops.size(); i++) {
            unanswered.set(i, !ops.get(i).isKnown());
        }
        for (Op op : ops) {
            BitSet first = new BitSet();
            op.after.stream()
                    .filter(other -> other.isKnown() && !other.isInferred)
                    .forEach(other -> {
                        first.set(ops.indexOf(other));
                    });
            before.add(first);
        }
    }

    /** Whether there is such an order; IllegalStateException if that takes too long to find out. */
    public static boolean isLinearizable(List<Op> history) {
        return isLinearizable(history, true);
    }

    /** The same; if clocks jump, a record that may expire may be seen or not at any time. */
    static boolean isLinearizable(List<Op> history, boolean areClocksRight) {
        List<Op> ops = new ArrayList<>(history);
        ops.removeIf(op -> op.isVoid || (!op.isKnown() && op.kind == null));
        ops.sort(Comparator.comparingLong(op -> op.calledNs));
        List<Op> seen = withoutTheUnseen(ops);
        return (seen.size() < ops.size() && isFound(seen, areClocksRight)) || search(ops, areClocksRight);
    }

    private static boolean search(List<Op> ops, boolean areClocksRight) {
        try {
            return new Linearizability(ops, areClocksRight, Pick.FEWEST_UNANSWERED).search();
        } catch (IllegalStateException e) {
            return new Linearizability(ops, areClocksRight, Pick.NEWEST).search();
        }
    }

    /** How far the longest order goes, and what can't follow it; for people. */
    static String explain(List<Op> history, boolean areClocksRight) {
        List<Op> ops = new ArrayList<>(history);
        ops.removeIf(op -> op.isVoid || (!op.isKnown() && op.kind == null));
        ops.sort(Comparator.comparingLong(op -> op.calledNs));
        Linearizability checker = new Linearizability(ops, areClocksRight, Pick.FEWEST_UNANSWERED);
        try {
            checker.search();
        } catch (IllegalStateException e) {
            // as far as it came
        }
        Tried at = checker.furthest;
        long earliestNs = checker.earliestAnswer(at.done());
        StringBuilder text = new StringBuilder("order of " + at.done().cardinality() + " of " + ops.size()
                + " operations, up to " + at.state() + "; next would be one of");
        for (int i = at.done().nextClearBit(0); i < ops.size() && ops.get(i).calledNs <= earliestNs; ) {
            text.append("\n    ").append(ops.get(i));
            i = at.done().nextClearBit(i + 1);
        }
        return text.toString();
    }

    /**
     * Without the unanswered writes of values that nobody read. They may have happened never, so an order of the others
     * is one of all; each of them that is left doubles what there is to be searched.
     */
    private static List<Op> withoutTheUnseen(List<Op> ops) {
        List<String> reads =
                ops.stream().map(op -> op.read).filter(read -> !read.isEmpty()).toList();
        List<Op> seen = new ArrayList<>(ops);
        seen.removeIf(op ->
                !op.isKnown() && !op.value.isEmpty() && reads.stream().noneMatch(read -> read.contains(op.value)));
        return seen;
    }

    private static boolean isFound(List<Op> ops, boolean areClocksRight) {
        try {
            return search(ops, areClocksRight);
        } catch (IllegalStateException e) {
            return false; // the search of all says so, too
        }
    }

    private boolean search() {
        add(new Tried(new BitSet(), RecordState.NONE));
        int fewest = 0;
        for (long steps = 0; ; steps++) {
            if (steps > MAX_STEPS) {
                throw new IllegalStateException("the search takes too long: " + ops.size() + " operations");
            }
            while (fewest < stacks.size() && stacks.get(fewest).isEmpty()) {
                fewest++;
            }
            if (fewest == stacks.size()) {
                return false;
            }
            List<Tried> stack = stacks.get(fewest);
            Tried at = stack.remove(stack.size() - 1);
            furthest = furthest == null
                            || at.done().cardinality() > furthest.done().cardinality()
                    ? at
                    : furthest;
            long earliestNs = earliestAnswer(at.done());
            if (earliestNs == Long.MAX_VALUE) {
                return true;
            }
            push(at, earliestNs, false);
            push(at, earliestNs, true);
        }
    }

    private void add(Tried next) {
        int at = 0;
        if (pick == Pick.FEWEST_UNANSWERED) {
            BitSet guessed = (BitSet) next.done().clone();
            guessed.and(unanswered);
            at = guessed.cardinality();
        }
        while (stacks.size() <= at) {
            stacks.add(new ArrayList<>());
        }
        stacks.get(at).add(next);
    }

    private long earliestAnswer(BitSet done) {
        long earliest = Long.MAX_VALUE;
        for (int i = done.nextClearBit(0); i < ops.size(); i = done.nextClearBit(i + 1)) {
            if (ops.get(i).calledNs > earliest) {
                break; // the rest is called even later, and answered after that
            }
            earliest = Math.min(earliest, ops.get(i).returnedNs);
        }
        return earliest;
    }

    /** What may come next: called before any answer that is still to come. What is pushed last is tried first. */
    private void push(Tried at, long earliestNs, boolean known) {
        for (int i = at.done().nextClearBit(0); i < ops.size(); i = at.done().nextClearBit(i + 1)) {
            Op op = ops.get(i);
            if (op.calledNs > earliestNs) {
                break;
            }
            if (op.isKnown() == known && isIn(before.get(i), at.done())) {
                for (RecordState next : apply(op, at.state())) {
                    if (!known && next.equals(at.state())) {
                        continue; // it may as well never have happened
                    }
                    BitSet done = (BitSet) at.done().clone();
                    done.set(i);
                    Tried then = new Tried(done, next);
                    if (tried.add(then)) {
                        add(then);
                    }
                }
            }
        }
    }

    private static boolean isIn(BitSet some, BitSet all) {
        if (some.isEmpty()) {
            return true;
        }
        BitSet missing = (BitSet) some.clone();
        missing.andNot(all);
        return missing.isEmpty();
    }

    /** The states that the operation may lead to with the answer that it got; none if it can't have got it. */
    private List<RecordState> apply(Op op, RecordState state) {
        if (state.expiresByNs() == 0) {
            return applySeen(op, state);
        }
        List<RecordState> all = new ArrayList<>();
        if (!areClocksRight || op.calledNs < state.expiresByNs()) {
            all.addAll(applySeen(op, state));
        }
        if (!areClocksRight || op.returnedNs >= state.expiresFromNs()) {
            RecordState gone = state.gone();
            applySeen(op, gone).forEach(next -> all.add(next.equals(gone) ? state : next));
        }
        return all;
    }

    private static List<RecordState> applySeen(Op op, RecordState state) {
        if (op.meta != null) {
            return MetaModel.apply(op, state);
        }
        String now = state.value();
        if (op.kind == null) {
            return get(op, state);
        }
        return switch (op.kind) {
            case SET -> done(op, state, op.value);
            case ADD -> now == null ? done(op, state, op.value) : same(op, WriteStatus.NOT_STORED, state);
            case REPLACE -> now != null ? done(op, state, op.value) : same(op, WriteStatus.NOT_STORED, state);
            case APPEND -> now != null ? done(op, state, now + op.value) : same(op, WriteStatus.NOT_STORED, state);
            case PREPEND -> now != null ? done(op, state, op.value + now) : same(op, WriteStatus.NOT_STORED, state);
            case CAS -> cas(op, state);
            case INCR, DECR -> now != null ? count(op, state) : same(op, WriteStatus.NOT_FOUND, state);
            case DELETE -> now != null ? done(op, state, null) : same(op, WriteStatus.NOT_FOUND, state);
            case TOUCH -> now != null ? touched(op, state) : same(op, WriteStatus.NOT_FOUND, state);
            case GET_AND_TOUCH -> {
                if (now == null) {
                    yield same(op, WriteStatus.NOT_FOUND, state);
                }
                yield op.isKnown() && !op.isInferred && !op.read.equals(now) ? List.of() : touched(op, state);
            }
            case FLUSH -> done(op, state, null);
            case META_GET -> throw new IllegalArgumentException("a meta get has its command");
        };
    }

    private static List<RecordState> get(Op op, RecordState state) {
        String now = state.value();
        if (op.found != (now != null) || (now != null && !now.equals(op.read))) {
            return List.of();
        }
        if (now == null || op.cas == 0 || state.cas() == op.cas) {
            return List.of(state);
        }
        return state.cas() == 0 && op.cas > state.lastCas() ? List.of(state.withCas(op.cas)) : List.of();
    }

    private static List<RecordState> cas(Op op, RecordState state) {
        if (state.value() == null) {
            return same(op, WriteStatus.NOT_FOUND, state);
        }
        List<RecordState> states = new ArrayList<>();
        if (state.cas() == op.argument || (state.cas() == 0 && op.argument > state.lastCas())) {
            states.addAll(done(op, state, op.value));
        }
        if (state.cas() != op.argument) {
            states.addAll(same(op, WriteStatus.EXISTS, state));
        }
        return states;
    }

    private static List<RecordState> count(Op op, RecordState state) {
        if (!isNumber(state.value())) {
            return same(op, WriteStatus.NOT_A_NUMBER, state);
        }
        long before = numberOf(state.value());
        long number = counted(op.kind == io.kumo.protocol.WriteKind.INCR, before, op.argument);
        if (op.isKnown() && !op.isInferred && op.status == WriteStatus.DONE && op.number != number) {
            return List.of();
        }
        return done(op, state, counted(state.value(), number));
    }

    /** Numbers have 64 bits without a sign; incr wraps around, decr ends at 0. */
    static long counted(boolean isIncr, long before, long by) {
        long less = Long.compareUnsigned(by, before) > 0 ? 0 : before - by;
        return isIncr ? before + by : less;
    }

    /** What memcached leaves: it overwrites digits in place. */
    static String counted(String before, long number) {
        String text = Long.toUnsignedString(number);
        return text + " ".repeat(Math.max(0, before.length() - text.length()));
    }

    static boolean isNumber(String value) {
        String digits = digits(value);
        return !digits.isEmpty()
                && digits.chars().allMatch(Character::isDigit)
                && new BigInteger(digits).bitLength() <= Long.SIZE;
    }

    /** Up to a white space: what is behind one does not count. */
    private static String digits(String value) {
        int end = value.indexOf(' ');
        return end < 0 ? value : value.substring(0, end);
    }

    static long numberOf(String value) {
        return Long.parseUnsignedLong(digits(value));
    }

    private static List<RecordState> done(Op op, RecordState state, String value) {
        boolean keepsExpiry = switch (op.kind) {
            case APPEND, PREPEND, INCR, DECR -> true;
            default -> false;
        };
        String kept = !keepsExpiry && op.exptimeSec < 0 ? null : value;
        long fromNs = keepsExpiry ? state.expiresFromNs() : expiresFromNs(op);
        long byNs = keepsExpiry ? state.expiresByNs() : expiresByNs(op);
        if (!op.isKnown()) {
            return List.of(state.with(kept, 0).expiring(fromNs, byNs));
        }
        if (op.status != WriteStatus.DONE || (op.cas != 0 && op.cas <= state.lastCas())) {
            return List.of();
        }
        RecordState next = state.with(kept, op.cas).expiring(fromNs, byNs);
        return List.of(kept == null ? next.withOwnCas(0) : next.timed(keepsExpiry && state.isTimed()));
    }

    /** A touch leaves the cas unique as it is. */
    private static List<RecordState> touched(Op op, RecordState state) {
        boolean isOpen = !op.isKnown() || op.isInferred;
        long cas = isOpen || op.cas == 0 ? state.cas() : op.cas;
        if (!isOpen && (op.status != WriteStatus.DONE || (state.cas() != 0 && state.cas() != cas))) {
            return List.of();
        }
        RecordState next = state.withCas(cas);
        return List.of(op.exptimeSec < 0 ? next.gone() : next.expiring(expiresFromNs(op), expiresByNs(op)));
    }

    /** When what the operation wrote may be gone at the earliest; 0 for never. */
    private static long expiresFromNs(Op op) {
        return op.exptimeSec > 0 ? op.calledNs + op.exptimeSec * SECOND_NS - SLACK_NS : 0;
    }

    /** When it is gone at the latest. */
    private static long expiresByNs(Op op) {
        if (op.exptimeSec <= 0) {
            return 0;
        }
        boolean isOpen = !op.isKnown() || op.isInferred;
        return isOpen ? Long.MAX_VALUE : op.returnedNs + op.exptimeSec * SECOND_NS + SLACK_NS;
    }

    private static List<RecordState> same(Op op, WriteStatus status, RecordState state) {
        return !op.isKnown() || op.status == status ? List.of(state) : List.of();
    }
}
