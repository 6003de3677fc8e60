package io.kumo.register;

import io.kumo.base.HostPort;
import io.kumo.register.RegisterMessages.Accept;
import io.kumo.register.RegisterMessages.Accepted;
import io.kumo.register.RegisterMessages.Learn;
import io.kumo.register.RegisterMessages.Learned;
import io.kumo.register.RegisterMessages.Prepare;
import io.kumo.register.RegisterMessages.Promise;
import io.kumo.register.Voter.ManagerVoter;
import io.kumo.table.ClusterTable;
import java.util.List;
import java.util.Optional;

/**
 * A voter: one immutable value, and a function for each message. The caller makes {@code next.state()} durable before
 * the answer leaves.
 *
 * @param self who votes
 * @param managers RPC addresses of all managers as configured, sorted; they vote on the first table
 */
public record Acceptor(Voter self, List<HostPort> managers, AcceptorState state) {
    public Acceptor {
        managers = managers.stream().distinct().sorted().toList();
    }

    /** What a message leads to: persist the state of {@code next} if it is another one, then send {@code answer}. */
    public record Step<R>(Acceptor next, R answer) {}

    public Step<Promise> onPrepare(Prepare asked) {
        Optional<Verdict> objection = objection(asked.clusterId(), asked.base(), asked.ballot());
        if (objection.isPresent()) {
            return new Step<>(this, promise(asked, objection.get(), newerThan(asked.base(), objection.get())));
        }
        AcceptorState promising = state.promise(asked.ballot());
        Optional<ClusterTable> voted = state.accepted().map(Proposal::table);
        return new Step<>(with(promising), with(promising).promise(asked, Verdict.GRANTED, voted));
    }

    public Step<Accepted> onAccept(Accept asked) {
        Optional<Verdict> objection = objection(asked.clusterId(), asked.base(), asked.ballot());
        if (objection.isEmpty() && !mayFollow(asked.table())) {
            objection = Optional.of(Verdict.NO_VOTER);
        }
        if (objection.isPresent()) {
            Verdict verdict = objection.get();
            return new Step<>(this, accepted(asked, verdict, newerThan(asked.base(), verdict)));
        }
        Acceptor next = with(state.accept(asked.ballot(), asked.table()));
        return new Step<>(next, next.accepted(asked, Verdict.GRANTED, Optional.empty()));
    }

    /** Takes a decided table; nothing happens if it is not newer, or of another cluster. */
    public Acceptor onCommitted(ClusterTable table) {
        if (table.version() <= state.base() || isForeign(table.clusterId())) {
            return this;
        }
        // All managers voted for the first table: one that knows nothing of it has forgotten that, and perhaps more.
        boolean forgot = state.isBlank()
                && self instanceof ManagerVoter manager
                && table.managers().contains(manager.address());
        return with(state.commit(table, forgot ? AcceptorState.LOST : state.votesFrom()));
    }

    public Learned onLearn(Learn asked) {
        return new Learned(
                asked.nonce(),
                state.base(),
                state.accepted().isPresent(),
                votesOn(state.base()),
                state.committed().filter(table -> table.version() > asked.knownVersion()));
    }

    /** May vote again on what follows any version above {@code version}; see {@link Recovery}. */
    public Acceptor recovered(long version) {
        return isLost() && state.base() == version ? with(state.votingFrom(version + 1)) : this;
    }

    /** Whether it does not vote because it may have forgotten votes, and has not recovered. */
    public boolean isLost() {
        return state.votesFrom() == AcceptorState.LOST;
    }

    /** Whether it votes on what follows the newest committed table. */
    public boolean votes() {
        return votesOn(state.base());
    }

    /** Which voters decide what follows the newest committed table. */
    public QuorumRule rule() {
        return state.committed().map(QuorumRule::of).orElseGet(() -> QuorumRule.ofBirth(managers));
    }

    private Optional<Verdict> objection(String clusterId, long base, Ballot ballot) {
        if (!clusterId.isEmpty() && isForeign(clusterId)) {
            return Optional.of(Verdict.NO_VOTER);
        }
        if (base < state.base()) {
            return Optional.of(Verdict.NEWER);
        }
        if (base > state.base()) {
            return Optional.of(Verdict.BEHIND);
        }
        if (!votesOn(base)) {
            return Optional.of(Verdict.NO_VOTER);
        }
        return ballot.isBelow(state.promised()) ? Optional.of(Verdict.OUTBID) : Optional.empty();
    }

    private boolean votesOn(long base) {
        return base == state.base() && base >= state.votesFrom() && rule().isVoter(self);
    }

    private boolean mayFollow(ClusterTable table) {
        // The first table names its voters: managers that were configured differently must not found a cluster.
        return table.version() > state.base()
                && !isForeign(table.clusterId())
                && (state.committed().isPresent() || table.managers().equals(managers));
    }

    private boolean isForeign(String clusterId) {
        return state.committed().isPresent() && !state.clusterId().equals(clusterId);
    }

    private Optional<ClusterTable> newerThan(long base, Verdict verdict) {
        return verdict == Verdict.NEWER ? state.committed().filter(table -> table.version() > base) : Optional.empty();
    }

    private Promise promise(Prepare asked, Verdict verdict, Optional<ClusterTable> table) {
        Ballot acceptedIn = state.accepted().map(Proposal::ballot).orElse(Ballot.NONE);
        return new Promise(verdict, asked.base(), asked.ballot(), state.promised(), acceptedIn, table);
    }

    private Accepted accepted(Accept asked, Verdict verdict, Optional<ClusterTable> newer) {
        return new Accepted(verdict, asked.base(), asked.ballot(), state.promised(), newer);
    }

    private Acceptor with(AcceptorState newState) {
        return new Acceptor(self, managers, newState);
    }
}
