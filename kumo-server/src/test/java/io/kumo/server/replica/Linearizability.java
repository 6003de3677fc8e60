package io.kumo.server.replica;

import io.kumo.protocol.WriteStatus;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Is there an order of one key's operations, each at one moment between its call and its answer, in which a memcached
 * of one copy would have given these answers? The search of Wing and Gong, with Lowe's memory of what was tried.
 */
final class Linearizability {
    enum Kind {
        GET,
        SET,
        ADD,
        CAS,
        APPEND,
        INCR,
        DELETE,
        /** Of all keys: stands in the history of each. */
        FLUSH
    }

    /** An operation of the history; {@code returnedAt} is {@link Long#MAX_VALUE} if nobody knows how it ended. */
    static final class Operation {
        final Kind kind;
        final String value;
        final long argument;
        final long calledAt;
        long returnedAt = Long.MAX_VALUE;
        /** Of a get: whether it hit. */
        boolean found;
        /** Of a write. */
        @Nullable
        WriteStatus status;

        String read = "";
        long cas;
        long number;

        Operation(Kind kind, String value, long argument, long calledAt) {
            this.kind = kind;
            this.value = value;
            this.argument = argument;
            this.calledAt = calledAt;
        }

        boolean isKnown() {
            return returnedAt != Long.MAX_VALUE;
        }

        @Override
        public String toString() {
            String answer = !isKnown() ? "?" : kind == Kind.GET ? (found ? read : "miss") : status + " " + number;
            return (calledAt / 1000) + ".." + (isKnown() ? Long.toString(returnedAt / 1000) : "?") + " " + kind + " "
                    + value + " " + argument + " -> " + answer + " cas " + cas;
        }
    }

    /** The one copy: absent if the value is null; the cas is 0 where the answer that carried it was lost. */
    private record State(@Nullable String value, long cas) {}

    private record Tried(BitSet done, State state) {}

    private static final long MAX_STEPS = 3_000_000;

    private final List<Operation> operations;
    private final Set<Tried> tried = new HashSet<>();
    private long steps;

    private Linearizability(List<Operation> operations) {
        this.operations = operations;
    }

    /** True if there is such an order. */
    static boolean isLinearizable(List<Operation> history) {
        List<Operation> sorted = new ArrayList<>(history);
        sorted.removeIf(op -> !op.isKnown() && op.kind == Kind.GET);
        sorted.sort((a, b) -> Long.compare(a.calledAt, b.calledAt));
        Linearizability search = new Linearizability(sorted);
        return search.search(new BitSet(), new State(null, 0));
    }

    /** Depth first, with a stack of its own: histories are longer than Java's. */
    private boolean search(BitSet start, State initial) {
        record Frame(BitSet done, State state) {}
        List<Frame> stack = new ArrayList<>();
        stack.add(new Frame(start, initial));
        while (!stack.isEmpty()) {
            Frame frame = stack.remove(stack.size() - 1);
            if (++steps > MAX_STEPS) {
                throw new IllegalStateException("the search takes too long");
            }
            long earliestReturn = Long.MAX_VALUE;
            boolean isComplete = true;
            for (int i = frame.done.nextClearBit(0); i < operations.size(); i = frame.done.nextClearBit(i + 1)) {
                Operation op = operations.get(i);
                isComplete &= !op.isKnown();
                earliestReturn = Math.min(earliestReturn, op.returnedAt);
            }
            if (isComplete) {
                return true;
            }
            // candidates: called before any answer that is still to come; known ones are tried first (pushed last)
            for (int pass = 0; pass < 2; pass++) {
                for (int i = operations.size() - 1; i >= 0; i--) {
                    Operation op = operations.get(i);
                    if (frame.done.get(i) || op.calledAt > earliestReturn || op.isKnown() != (pass == 1)) {
                        continue;
                    }
                    for (State next : apply(op, frame.state)) {
                        BitSet done = (BitSet) frame.done.clone();
                        done.set(i);
                        if (tried.add(new Tried(done, next))) {
                            stack.add(new Frame(done, next));
                        }
                    }
                }
            }
        }
        return false;
    }

    /** The states that the operation may lead to with the answer that it got; none if it can't have got it. */
    private static List<State> apply(Operation op, State state) {
        String now = state.value;
        switch (op.kind) {
            case GET:
                if (op.found != (now != null) || (now != null && !now.equals(op.read))) {
                    return List.of();
                }
                if (now == null || state.cas == op.cas) {
                    return List.of(state);
                }
                return state.cas == 0 ? List.of(new State(now, op.cas)) : List.of();
            case SET:
                return change(op, new State(op.value, op.cas));
            case ADD:
                return now == null ? change(op, new State(op.value, op.cas)) : same(op, WriteStatus.NOT_STORED, state);
            case APPEND:
                return now != null
                        ? change(op, new State(now + op.value, op.cas))
                        : same(op, WriteStatus.NOT_STORED, state);
            case CAS:
                if (now == null) {
                    return same(op, WriteStatus.NOT_FOUND, state);
                }
                List<State> states = new ArrayList<>();
                if (state.cas == op.argument || state.cas == 0) {
                    states.addAll(change(op, new State(op.value, op.cas)));
                }
                if (state.cas != op.argument || state.cas == 0) {
                    states.addAll(same(op, WriteStatus.EXISTS, state));
                }
                return states;
            case INCR:
                if (now == null) {
                    return same(op, WriteStatus.NOT_FOUND, state);
                }
                long number = Long.parseLong(now) + op.argument;
                if (op.isKnown() && op.number != number) {
                    return List.of();
                }
                return change(op, new State(Long.toString(number), op.cas));
            case FLUSH:
                return change(op, new State(null, 0));
            case DELETE:
                return now != null ? change(op, new State(null, 0)) : same(op, WriteStatus.NOT_FOUND, state);
        }
        throw new IllegalStateException();
    }

    private static List<State> change(Operation op, State next) {
        return !op.isKnown() || op.status == WriteStatus.DONE ? List.of(next) : List.of();
    }

    private static List<State> same(Operation op, WriteStatus status, State state) {
        return !op.isKnown() || op.status == status ? List.of(state) : List.of();
    }
}
