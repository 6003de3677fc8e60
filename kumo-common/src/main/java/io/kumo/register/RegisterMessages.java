package io.kumo.register;

import io.kumo.base.Bytes;
import io.kumo.protocol.Call;
import io.kumo.protocol.Callers;
import io.kumo.protocol.Message;
import io.kumo.protocol.MessageReader;
import io.kumo.protocol.MessageWriter;
import io.kumo.protocol.Method;
import io.kumo.protocol.Role;
import io.kumo.table.ClusterTable;
import io.kumo.table.TableCodec;
import java.util.Optional;

/** What proposers and voters say to each other. Tables travel as TableCodec writes them. */
public final class RegisterMessages {
    private RegisterMessages() {}

    /**
     * Asks a voter to take part in a ballot.
     *
     * @param clusterId empty before the first table
     * @param base version of the committed table that the vote follows; 0 before the first
     */
    public record Prepare(String clusterId, long base, Ballot ballot) implements Call<Promise> {
        public static final Method<Prepare, Promise> METHOD =
                new Method<>(64, "Prepare", Callers.of(Role.MANAGER), Prepare::decode, Promise::decode);

        @Override
        public Method<Prepare, Promise> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(clusterId).put(base).put(ballot);
        }

        static Prepare decode(MessageReader in) {
            in.open();
            return in.close(new Prepare(in.text(), in.int64(), in.nested(Ballot::decode)));
        }
    }

    /**
     * The answer to {@link Prepare}.
     *
     * @param base as asked
     * @param ballot as asked
     * @param promised the highest ballot that the voter takes part in
     * @param acceptedIn the ballot of its last vote; NONE if it has not voted
     * @param table if granted: what it voted for; if it knows a newer one: that
     */
    public record Promise(
            Verdict verdict, long base, Ballot ballot, Ballot promised, Ballot acceptedIn, Optional<ClusterTable> table)
            implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(6)
                    .put(verdict.number())
                    .put(base)
                    .put(ballot)
                    .put(promised)
                    .put(acceptedIn);
            putTable(out, table);
        }

        static Promise decode(MessageReader in) {
            in.open();
            return in.close(new Promise(
                    Verdict.of(in.int32()),
                    in.int64(),
                    in.nested(Ballot::decode),
                    in.nested(Ballot::decode),
                    in.nested(Ballot::decode),
                    readTable(in)));
        }

        /** What the voter voted for. */
        Optional<Proposal> accepted() {
            return verdict == Verdict.GRANTED ? table.map(voted -> new Proposal(acceptedIn, voted)) : Optional.empty();
        }
    }

    /**
     * Asks a voter to vote for a table.
     *
     * @param clusterId empty before the first table
     * @param base version of the committed table that the vote follows; 0 before the first
     */
    public record Accept(String clusterId, long base, Ballot ballot, ClusterTable table) implements Call<Accepted> {
        public static final Method<Accept, Accepted> METHOD =
                new Method<>(65, "Accept", Callers.of(Role.MANAGER), Accept::decode, Accepted::decode);

        @Override
        public Method<Accept, Accepted> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(4).put(clusterId).put(base).put(ballot).put(TableCodec.encode(table));
        }

        static Accept decode(MessageReader in) {
            in.open();
            return in.close(
                    new Accept(in.text(), in.int64(), in.nested(Ballot::decode), TableCodec.decode(in.bytes())));
        }
    }

    /**
     * The answer to {@link Accept}.
     *
     * @param base as asked
     * @param ballot as asked
     * @param promised the highest ballot that the voter takes part in
     * @param newer a newer committed table, if it knows one
     */
    public record Accepted(Verdict verdict, long base, Ballot ballot, Ballot promised, Optional<ClusterTable> newer)
            implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(5).put(verdict.number()).put(base).put(ballot).put(promised);
            putTable(out, newer);
        }

        static Accepted decode(MessageReader in) {
            in.open();
            return in.close(new Accepted(
                    Verdict.of(in.int32()),
                    in.int64(),
                    in.nested(Ballot::decode),
                    in.nested(Ballot::decode),
                    readTable(in)));
        }
    }

    /** Says that a table is decided. */
    public record Committed(ClusterTable table) implements Call<CommittedResult> {
        public static final Method<Committed, CommittedResult> METHOD = new Method<>(
                66, "Committed", Callers.of(Role.MANAGER, Role.SERVER), Committed::decode, CommittedResult::decode);

        @Override
        public Method<Committed, CommittedResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(1).put(TableCodec.encode(table));
        }

        static Committed decode(MessageReader in) {
            in.open();
            return in.close(new Committed(TableCodec.decode(in.bytes())));
        }
    }

    /**
     * The receipt of {@link Committed}.
     *
     * @param version the newest that is known there
     */
    public record CommittedResult(long version) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(1).put(version);
        }

        static CommittedResult decode(MessageReader in) {
            in.open();
            return in.close(new CommittedResult(in.int64()));
        }
    }

    /**
     * Asks a voter what it knows: at birth, and by one that has forgotten what it voted for.
     *
     * @param nonce comes back in the answer, so that answers from before are told apart
     * @param knownVersion the newest that the asker knows; 0 for none
     * @param recovering the asker needs a version to be decided: before it may vote again, or to hear of an older vote
     */
    public record Learn(long nonce, long knownVersion, boolean recovering) implements Call<Learned> {
        public static final Method<Learn, Learned> METHOD =
                new Method<>(67, "Learn", Callers.of(Role.MANAGER, Role.SERVER), Learn::decode, Learned::decode);

        @Override
        public Method<Learn, Learned> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(nonce).put(knownVersion).put(recovering);
        }

        static Learn decode(MessageReader in) {
            in.open();
            return in.close(new Learn(in.int64(), in.int64(), in.bool()));
        }
    }

    /**
     * The answer to {@link Learn}.
     *
     * @param version of the newest committed table; 0 for none
     * @param inDoubt it voted for a table that would follow, and does not know whether that was decided
     * @param votes whether it votes on what follows that version
     * @param newer the newest committed table, if newer than the asker's
     */
    public record Learned(long nonce, long version, boolean inDoubt, boolean votes, Optional<ClusterTable> newer)
            implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(5).put(nonce).put(version).put(inDoubt).put(votes);
            putTable(out, newer);
        }

        static Learned decode(MessageReader in) {
            in.open();
            return in.close(new Learned(in.int64(), in.int64(), in.bool(), in.bool(), readTable(in)));
        }

        /** Whether it has never heard of a cluster. */
        public boolean isBlank() {
            return version == 0 && !inDoubt;
        }
    }

    private static void putTable(MessageWriter out, Optional<ClusterTable> table) {
        out.put(table.map(TableCodec::encode).orElse(Bytes.EMPTY));
    }

    private static Optional<ClusterTable> readTable(MessageReader in) {
        Bytes bytes = in.bytes();
        return bytes.isEmpty() ? Optional.empty() : Optional.of(TableCodec.decode(bytes));
    }
}
