package io.kumo.register;

import io.kumo.base.Check;
import io.kumo.base.HostPort;
import io.kumo.protocol.Call;
import io.kumo.register.RegisterMessages.Accept;
import io.kumo.register.RegisterMessages.Accepted;
import io.kumo.register.RegisterMessages.Prepare;
import io.kumo.register.RegisterMessages.Promise;
import io.kumo.table.ClusterTable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One proposal: to decide what follows one committed table. An immutable value with a function for each answer; the
 * caller sends {@link #request} to everybody in {@link #unanswered}, again and again until {@link #outcome} is not
 * {@link Outcome.Waiting}, and calls {@link #retry} after a random pause when it is {@link #isOutbid}, or gets no
 * further.
 *
 * @param rule who decides
 * @param clusterId empty before the first table
 * @param base version of the committed table that the proposal follows; 0 before the first
 * @param wanted the caller's table
 * @param ballot of the present attempt
 * @param phase of the present attempt
 * @param granted who said yes in this phase
 * @param voted the vote of the highest ballot that a voter told of in this attempt
 * @param highestCounter that was seen in any ballot
 * @param outcome what came of it
 */
public record Proposer(
        QuorumRule rule,
        String clusterId,
        long base,
        ClusterTable wanted,
        Ballot ballot,
        Phase phase,
        Set<Voter> granted,
        Optional<Proposal> voted,
        long highestCounter,
        Outcome outcome) {

    /** Where an attempt is. */
    public enum Phase {
        PREPARING,
        ACCEPTING,
        OUTBID
    }

    /** What came of a proposal. */
    public sealed interface Outcome {
        /** Not decided yet, as far as the proposer knows. */
        record Waiting() implements Outcome {}

        /** This is what follows the base: ours, or another's. */
        record Committed(ClusterTable table) implements Outcome {}

        /** A table beyond ours is committed: ours may have been decided before it, or not. */
        record Superseded(ClusterTable newest) implements Outcome {}
    }

    private static final Outcome WAITING = new Outcome.Waiting();

    public Proposer {
        granted = Set.copyOf(granted);
        Check.argument(wanted.version() > base, "version %d does not follow %d", wanted.version(), base);
    }

    /**
     * Starts.
     *
     * @param known the newest committed table
     * @param self the manager that proposes
     * @param life random number of its process
     */
    public static Proposer start(ClusterTable known, ClusterTable wanted, HostPort self, long life) {
        Check.argument(known.clusterId().equals(wanted.clusterId()), "a table of another cluster");
        return new Proposer(
                QuorumRule.of(known),
                known.clusterId(),
                known.version(),
                wanted,
                new Ballot(1, self, life),
                Phase.PREPARING,
                Set.of(),
                Optional.empty(),
                1,
                WAITING);
    }

    /** Starts for the first table that the managers of {@code wanted} are to have. */
    public static Proposer startFounding(ClusterTable wanted, HostPort self, long life) {
        return new Proposer(
                QuorumRule.ofBirth(wanted.managers()),
                "",
                0,
                wanted,
                new Ballot(1, self, life),
                Phase.PREPARING,
                Set.of(),
                Optional.empty(),
                1,
                WAITING);
    }

    /** What to send now; nothing while it is outbid or done. */
    public Optional<Call<?>> request() {
        if (isDone() || phase == Phase.OUTBID) {
            return Optional.empty();
        }
        return Optional.of(
                phase == Phase.PREPARING
                        ? new Prepare(clusterId, base, ballot)
                        : new Accept(clusterId, base, ballot, value()));
    }

    /** To whom: voters that have not said yes in this phase. */
    public List<Voter> unanswered() {
        return rule.voters().stream().filter(voter -> !granted.contains(voter)).toList();
    }

    public boolean isDone() {
        return !(outcome instanceof Outcome.Waiting);
    }

    /** A higher ballot is under way: wait for it a little, at random, before {@link #retry}. */
    public boolean isOutbid() {
        return !isDone() && phase == Phase.OUTBID;
    }

    /** Makes a new attempt in a higher ballot. */
    public Proposer retry() {
        if (isDone()) {
            return this;
        }
        long counter = highestCounter + 1;
        Ballot next = new Ballot(counter, ballot.proposer(), ballot.life());
        return with(next, Phase.PREPARING, Set.of(), Optional.empty(), counter, outcome);
    }

    public Proposer onPromise(Voter from, Promise answer) {
        if (isStale(answer.base(), answer.ballot(), Phase.PREPARING)) {
            return this;
        }
        if (answer.verdict() != Verdict.GRANTED) {
            return onRefusal(answer.verdict(), answer.promised(), answer.table());
        }
        Optional<Proposal> highest = higher(voted, answer.accepted());
        Set<Voter> now = and(from);
        if (rule.isQuorum(now)) {
            return with(ballot, Phase.ACCEPTING, Set.of(), highest, highestCounter, outcome);
        }
        return with(ballot, phase, now, highest, highestCounter, outcome);
    }

    public Proposer onAccepted(Voter from, Accepted answer) {
        if (isStale(answer.base(), answer.ballot(), Phase.ACCEPTING)) {
            return this;
        }
        if (answer.verdict() != Verdict.GRANTED) {
            return onRefusal(answer.verdict(), answer.promised(), answer.newer());
        }
        Set<Voter> now = and(from);
        Outcome result = rule.isQuorum(now) ? new Outcome.Committed(value()) : outcome;
        return with(ballot, phase, now, voted, highestCounter, result);
    }

    /** Takes a table that is committed, from wherever it was heard of. */
    public Proposer onCommitted(ClusterTable table) {
        if (isDone() || table.version() <= base) {
            return this;
        }
        Outcome result =
                table.version() == wanted.version() ? new Outcome.Committed(table) : new Outcome.Superseded(table);
        return with(ballot, phase, granted, voted, highestCounter, result);
    }

    private Proposer onRefusal(Verdict verdict, Ballot promised, Optional<ClusterTable> newer) {
        if (verdict == Verdict.NEWER && newer.isPresent()) {
            return onCommitted(newer.get());
        }
        if (verdict == Verdict.OUTBID) {
            long highest = Math.max(highestCounter, promised.counter());
            return with(ballot, Phase.OUTBID, Set.of(), Optional.empty(), highest, outcome);
        }
        return this;
    }

    private boolean isStale(long answeredBase, Ballot answeredBallot, Phase wantedPhase) {
        return isDone() || answeredBase != base || !answeredBallot.equals(ballot) || phase != wantedPhase;
    }

    /** What this attempt is for: what may have been decided already, else what the caller wants. */
    private ClusterTable value() {
        return voted.map(Proposal::table).orElse(wanted);
    }

    private static Optional<Proposal> higher(Optional<Proposal> one, Optional<Proposal> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.isEmpty() ? other : one;
        }
        return one.get().ballot().isBelow(other.get().ballot()) ? other : one;
    }

    private Set<Voter> and(Voter from) {
        Set<Voter> now = new LinkedHashSet<>(granted);
        now.add(from);
        return now;
    }

    private Proposer with(
            Ballot newBallot,
            Phase newPhase,
            Set<Voter> newGranted,
            Optional<Proposal> newVoted,
            long newHighestCounter,
            Outcome newOutcome) {
        return new Proposer(
                rule,
                clusterId,
                base,
                wanted,
                newBallot,
                newPhase,
                newGranted,
                newVoted,
                newHighestCounter,
                newOutcome);
    }
}
