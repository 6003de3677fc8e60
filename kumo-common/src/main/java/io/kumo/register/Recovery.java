package io.kumo.register;

import io.kumo.base.Check;
import io.kumo.register.RegisterMessages.Learned;
import io.kumo.table.ClusterTable;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * How a voter that has forgotten its votes comes to vote again. It asks all voters of the newest table that it knows.
 * Once a quorum without it knows nothing newer, and none of that quorum has voted on what follows, then what follows
 * was not decided before the voter lost its memory. So it can't have voted on anything later, and may vote on that.
 *
 * @param self who has forgotten
 * @param known the newest committed table that it knows
 * @param nonce of this round: only answers that were asked for in it count
 * @param clear voters that know nothing newer, voted on nothing that follows, and have forgotten nothing
 * @param newest newer than {@code known}, if an answer had one: learn it and start another round
 */
public record Recovery(Voter self, ClusterTable known, long nonce, Set<Voter> clear, Optional<ClusterTable> newest) {
    public Recovery {
        clear = Set.copyOf(clear);
        Check.argument(!clear.contains(self), "a voter can't recover by itself");
    }

    /** Starts a round. */
    public static Recovery start(Voter self, ClusterTable known, long nonce) {
        return new Recovery(self, known, nonce, Set.of(), Optional.empty());
    }

    public Recovery onLearned(Voter from, Learned answer) {
        if (answer.nonce() != nonce || from.equals(self)) {
            return this;
        }
        Optional<ClusterTable> newer = answer.newer()
                .filter(table -> table.clusterId().equals(known.clusterId()))
                .filter(table -> table.version() > newest.orElse(known).version());
        if (newer.isPresent()) {
            return new Recovery(self, known, nonce, clear, newer);
        }
        if (answer.version() != known.version() || answer.inDoubt() || !answer.votes()) {
            return this;
        }
        Set<Voter> now = new HashSet<>(clear);
        now.add(from);
        return new Recovery(self, known, nonce, now, newest);
    }

    /** Whether {@link Acceptor#recovered} may be called with the version of {@link #known}. */
    public boolean isComplete() {
        return newest.isEmpty() && QuorumRule.of(known).isQuorum(clear);
    }
}
