package io.kumo.protocol;

import io.kumo.base.Bytes;
import io.kumo.protocol.ReplicationMessages.RangeDigest;
import io.kumo.table.ServerId;
import java.util.List;

/** The comparison of a partition's copies in sync with its primary, and the mending of those that differ. */
public final class VerifyMessages {
    private VerifyMessages() {}

    /**
     * Compares a piece of a partition on all copies in sync: kumoctl asks a manager, which asks the primary. Some
     * thousand records at a time, so that nothing has to be remembered between two pieces.
     *
     * @param after the piece begins behind this key; empty for the first one
     */
    public record Verify(int partition, Bytes after) implements Call<VerifyResult> {
        public static final Method<Verify, VerifyResult> METHOD = new Method<>(
                112, "Verify", Callers.of(Role.MANAGER, Role.OPERATOR), Verify::decode, VerifyResult::decode);

        @Override
        public Method<Verify, VerifyResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(2).put(partition).put(after);
        }

        static Verify decode(MessageReader in) {
            in.open();
            return in.close(new Verify(in.int32(), in.bytes()));
        }
    }

    /**
     * How the piece compares.
     *
     * @param records of the primary
     * @param lastKey the next piece begins behind it; empty if there is none
     * @param unreadable records of the primary itself that are damaged
     * @param copies that were compared, all of them
     */
    public record VerifyResult(long records, Bytes lastKey, long unreadable, List<CopyDifference> copies)
            implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(4).put(records).put(lastKey).put(unreadable).put(copies);
        }

        static VerifyResult decode(MessageReader in) {
            in.open();
            return in.close(new VerifyResult(in.int64(), in.bytes(), in.int64(), in.list(CopyDifference::decode)));
        }
    }

    /**
     * One copy.
     *
     * @param keys that it has otherwise than the primary, or only one of them has
     * @param examples some of these
     */
    public record CopyDifference(ServerId copy, long keys, List<String> examples) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(copy).put(keys).putTexts(examples);
        }

        static CopyDifference decode(MessageReader in) {
            in.open();
            return in.close(new CopyDifference(in.serverId(), in.int64(), in.texts()));
        }
    }

    /**
     * Has copies of a partition compared with the primary and mended: they become joiners, one at a time. kumoctl asks
     * a manager, which asks the primary.
     *
     * @param copies servers; empty for all but the primary
     * @param asks only asks how many are under way
     */
    public record Mend(int partition, List<String> copies, boolean asks) implements Call<MendResult> {
        public static final Method<Mend, MendResult> METHOD =
                new Method<>(113, "Mend", Callers.of(Role.MANAGER, Role.OPERATOR), Mend::decode, MendResult::decode);

        @Override
        public Method<Mend, MendResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(partition).putTexts(copies).put(asks);
        }

        static Mend decode(MessageReader in) {
            in.open();
            return in.close(new Mend(in.int32(), in.texts(), in.bool()));
        }
    }

    /** How many copies will be mended, or are being mended. */
    public record MendResult(int copies) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(1).put(copies);
        }

        static MendResult decode(MessageReader in) {
            in.open();
            return in.close(new MendResult(in.int32()));
        }
    }

    /**
     * Primary to copy in sync: compare what you have once you have committed that seq.
     *
     * @param compareId of this comparison
     * @param after the first range begins behind this key
     */
    public record CompareRanges(
            int partition,
            long epoch,
            long tableVersion,
            long compareId,
            long seq,
            Bytes after,
            List<RangeDigest> digests)
            implements Call<Done> {
        public static final Method<CompareRanges, Done> METHOD =
                new Method<>(40, "CompareRanges", Callers.of(Role.SERVER), CompareRanges::decode, Done::decode);

        @Override
        public Method<CompareRanges, Done> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(7)
                    .put(partition)
                    .put(epoch)
                    .put(tableVersion)
                    .put(compareId)
                    .put(seq)
                    .put(after)
                    .put(digests);
        }

        static CompareRanges decode(MessageReader in) {
            in.open();
            return in.close(new CompareRanges(
                    in.int32(),
                    in.int64(),
                    in.int64(),
                    in.int64(),
                    in.int64(),
                    in.bytes(),
                    in.list(RangeDigest::decode)));
        }
    }

    /** Copy to primary: the ranges that differ; some thousand records at most, and whole ranges. */
    public record Compared(int partition, long epoch, long compareId, List<RangeRecords> differing)
            implements Call<Done> {
        public static final Method<Compared, Done> METHOD =
                new Method<>(41, "Compared", Callers.of(Role.SERVER), Compared::decode, Done::decode);

        @Override
        public Method<Compared, Done> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(4).put(partition).put(epoch).put(compareId).put(differing);
        }

        static Compared decode(MessageReader in) {
            in.open();
            return in.close(new Compared(in.int32(), in.int64(), in.int64(), in.list(RangeRecords::decode)));
        }
    }

    /** What the copy has in a range. */
    public record RangeRecords(int range, List<RecordVersion> records) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(2).put(range).put(records);
        }

        static RangeRecords decode(MessageReader in) {
            in.open();
            return in.close(new RangeRecords(in.int32(), in.list(RecordVersion::decode)));
        }
    }

    /** Which write made a record; -1 if it is damaged. */
    public record RecordVersion(Bytes key, long epoch, long seq) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(key).put(epoch).put(seq);
        }

        static RecordVersion decode(MessageReader in) {
            in.open();
            return in.close(new RecordVersion(in.bytes(), in.int64(), in.int64()));
        }
    }

    /** Primary to copy in sync: what you have is not to be trusted; say so to the managers. Repeated until they act. */
    public record Distrust(int partition, long epoch, long tableVersion) implements Call<Done> {
        public static final Method<Distrust, Done> METHOD =
                new Method<>(42, "Distrust", Callers.of(Role.SERVER), Distrust::decode, Done::decode);

        @Override
        public Method<Distrust, Done> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(partition).put(epoch).put(tableVersion);
        }

        static Distrust decode(MessageReader in) {
            in.open();
            return in.close(new Distrust(in.int32(), in.int64(), in.int64()));
        }
    }
}
