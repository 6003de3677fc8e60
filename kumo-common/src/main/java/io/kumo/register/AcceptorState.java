package io.kumo.register;

import io.kumo.base.Bytes;
import io.kumo.base.Check;
import io.kumo.protocol.Message;
import io.kumo.protocol.MessageReader;
import io.kumo.protocol.MessageWriter;
import io.kumo.table.ClusterTable;
import io.kumo.table.TableCodec;
import java.util.Optional;

/**
 * All that a voter must not forget.
 *
 * @param committed the newest table that it knows to be decided; empty before the first
 * @param promised in voting on what follows {@code committed}: takes part in no ballot below this one
 * @param accepted in voting on what follows {@code committed}: what it last voted for
 * @param votesFrom votes only on what follows this version or a later one; {@link #LOST} while it may have voted before
 *     and forgotten it
 */
public record AcceptorState(
        Optional<ClusterTable> committed, Ballot promised, Optional<Proposal> accepted, long votesFrom)
        implements Message {
    /** It does not vote before it has recovered. */
    public static final long LOST = Long.MAX_VALUE;

    /** Of a voter that never voted. */
    public static final AcceptorState BLANK = new AcceptorState(Optional.empty(), Ballot.NONE, Optional.empty(), 0);

    /** Of a voter whose state is gone although it may have voted. */
    public static final AcceptorState FORGOTTEN =
            new AcceptorState(Optional.empty(), Ballot.NONE, Optional.empty(), LOST);

    public AcceptorState {
        accepted.ifPresent(
                proposal -> Check.invariant(!promised.isBelow(proposal.ballot()), "accepted above what was promised"));
    }

    /** The version that the vote is about to follow: of the newest committed table, or 0. */
    public long base() {
        return committed.map(ClusterTable::version).orElse(0L);
    }

    /** The cluster's id; empty before the first table. */
    public String clusterId() {
        return committed.map(ClusterTable::clusterId).orElse("");
    }

    /** Whether it knows of no table at all, not even of one that was voted on. */
    public boolean isBlank() {
        return committed.isEmpty() && accepted.isEmpty();
    }

    AcceptorState promise(Ballot ballot) {
        return new AcceptorState(committed, ballot, accepted, votesFrom);
    }

    AcceptorState accept(Ballot ballot, ClusterTable table) {
        return new AcceptorState(committed, ballot, Optional.of(new Proposal(ballot, table)), votesFrom);
    }

    AcceptorState commit(ClusterTable table, long newVotesFrom) {
        return new AcceptorState(Optional.of(table), Ballot.NONE, Optional.empty(), newVotesFrom);
    }

    AcceptorState votingFrom(long version) {
        return new AcceptorState(committed, promised, accepted, version);
    }

    @Override
    public void encode(MessageWriter out) {
        out.fields(5).put(committed.map(TableCodec::encode).orElse(Bytes.EMPTY)).put(promised);
        out.put(accepted.map(Proposal::ballot).orElse(Ballot.NONE));
        out.put(accepted.map(Proposal::table).map(TableCodec::encode).orElse(Bytes.EMPTY));
        out.put(votesFrom);
    }

    /** Reads what {@link #encode} wrote. */
    public static AcceptorState decode(MessageReader in) {
        in.open();
        Optional<ClusterTable> committed = readTable(in);
        Ballot promised = in.nested(Ballot::decode);
        Ballot acceptedIn = in.nested(Ballot::decode);
        Optional<Proposal> accepted = readTable(in).map(table -> new Proposal(acceptedIn, table));
        return in.close(new AcceptorState(committed, promised, accepted, in.int64()));
    }

    private static Optional<ClusterTable> readTable(MessageReader in) {
        Bytes bytes = in.bytes();
        return bytes.isEmpty() ? Optional.empty() : Optional.of(TableCodec.decode(bytes));
    }
}
