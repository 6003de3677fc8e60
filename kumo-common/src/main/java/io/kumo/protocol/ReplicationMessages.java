package io.kumo.protocol;

import io.kumo.base.Bytes;
import java.util.List;

/**
 * Server to server, all one-way: entries from a partition's primary to its copies, what these answer, leases, and
 * copies of whole partitions. Each is repeated by its sender until it is answered, so any of them may be lost, doubled
 * or late.
 */
public final class ReplicationMessages {
    private ReplicationMessages() {}

    /**
     * Primary to copy: entries that follow (prevEpoch, prevSeq). Without entries it asks what the copy has, or tells it
     * what is committed.
     *
     * @param epoch in which the sender is the primary
     * @param tableVersion the newest that the sender knows
     * @param baseSeq the last seq that the primary had when its epoch began: entries of older epochs beyond it are
     *     undone
     * @param prevEpoch epoch of the entry before the first one sent, 0 if there is none
     * @param prevSeq its seq
     * @param committedSeq every copy in sync has the entries up to here
     * @param entries dense from prevSeq + 1
     * @param sync the copy is to make durable what it has, and to answer with how far that is
     */
    public record Replicate(
            int partition,
            long epoch,
            long tableVersion,
            long baseSeq,
            long prevEpoch,
            long prevSeq,
            long committedSeq,
            List<LogEntry> entries,
            boolean sync)
            implements Call<Done> {
        public static final Method<Replicate, Done> METHOD =
                new Method<>(32, "Replicate", Callers.of(Role.SERVER), Replicate::decode, Done::decode);

        @Override
        public Method<Replicate, Done> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(9)
                    .put(partition)
                    .put(epoch)
                    .put(tableVersion)
                    .put(baseSeq)
                    .put(prevEpoch)
                    .put(prevSeq)
                    .put(committedSeq)
                    .put(entries)
                    .put(sync);
        }

        public Replicate withSync() {
            return new Replicate(
                    partition, epoch, tableVersion, baseSeq, prevEpoch, prevSeq, committedSeq, entries, true);
        }

        static Replicate decode(MessageReader in) {
            in.open();
            return in.close(new Replicate(
                    in.int32(),
                    in.int64(),
                    in.int64(),
                    in.int64(),
                    in.int64(),
                    in.int64(),
                    in.int64(),
                    in.list(LogEntry::decode),
                    in.bool()));
        }
    }

    /**
     * Copy to primary: the log here has everything up to seq, equal to the primary's.
     *
     * @param epoch of the primary
     * @param tableVersion the newest that the sender knows
     * @param incarnation of the sender: what an earlier process had may be gone
     * @param durableBelow what is below this seq survives a power cut here; 0 from a version that does not say
     */
    public record Replicated(
            int partition, long epoch, long tableVersion, long seq, long incarnation, long durableBelow)
            implements Call<Done> {
        public static final Method<Replicated, Done> METHOD =
                new Method<>(33, "Replicated", Callers.of(Role.SERVER), Replicated::decode, Done::decode);

        @Override
        public Method<Replicated, Done> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(6)
                    .put(partition)
                    .put(epoch)
                    .put(tableVersion)
                    .put(seq)
                    .put(incarnation)
                    .put(durableBelow);
        }

        static Replicated decode(MessageReader in) {
            in.open();
            return in.close(new Replicated(in.int32(), in.int64(), in.int64(), in.int64(), in.int64(), in.int64()));
        }
    }

    /**
     * Copy to primary: these entries can't be taken; this is what is here.
     *
     * @param epoch of the message that is answered
     * @param tableVersion the newest that the sender knows
     * @param accepted the sender is a copy of that primary in that epoch; otherwise the rest is empty
     * @param complete false if only a copy will do
     * @param lastSeq of the last entry here
     * @param committedSeq entries up to here can't be undone
     * @param history of the entries here
     * @param incarnation of the sender
     * @param hasRecords there are records here, complete or not: only those that differ have to be copied
     */
    public record Behind(
            int partition,
            long epoch,
            long tableVersion,
            boolean accepted,
            boolean complete,
            long lastSeq,
            long committedSeq,
            List<EpochStart> history,
            long incarnation,
            boolean hasRecords)
            implements Call<Done> {
        public static final Method<Behind, Done> METHOD =
                new Method<>(34, "Behind", Callers.of(Role.SERVER), Behind::decode, Done::decode);

        @Override
        public Method<Behind, Done> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(10)
                    .put(partition)
                    .put(epoch)
                    .put(tableVersion)
                    .put(accepted)
                    .put(complete)
                    .put(lastSeq)
                    .put(committedSeq)
                    .put(history)
                    .put(incarnation)
                    .put(hasRecords);
        }

        /** The sender is no copy of that primary in that epoch; there is a newer table. */
        public static Behind refusal(int partition, long epoch, long tableVersion, long incarnation) {
            return new Behind(partition, epoch, tableVersion, false, false, 0, 0, List.of(), incarnation, false);
        }

        static Behind decode(MessageReader in) {
            in.open();
            return in.close(new Behind(
                    in.int32(),
                    in.int64(),
                    in.int64(),
                    in.bool(),
                    in.bool(),
                    in.int64(),
                    in.int64(),
                    in.list(EpochStart::decode),
                    in.int64(),
                    in.bool()));
        }
    }

    /** Where the entries of an epoch begin in a partition's history. */
    public record EpochStart(long epoch, long firstSeq) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(2).put(epoch).put(firstSeq);
        }

        static EpochStart decode(MessageReader in) {
            in.open();
            return in.close(new EpochStart(in.int64(), in.int64()));
        }
    }

    /**
     * Deposed primary to its successor: nothing is served in that epoch any more, leases need not be waited for.
     *
     * @param epoch that has ended
     * @param tableVersion the newest that the sender knows
     */
    public record Release(int partition, long epoch, long tableVersion) implements Call<Done> {
        public static final Method<Release, Done> METHOD =
                new Method<>(35, "Release", Callers.of(Role.SERVER), Release::decode, Done::decode);

        @Override
        public Method<Release, Done> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(partition).put(epoch).put(tableVersion);
        }

        static Release decode(MessageReader in) {
            in.open();
            return in.close(new Release(in.int32(), in.int64(), in.int64()));
        }
    }

    /**
     * Asks for the right to serve reads of all partitions whose primary the sender is, for a while from askedAtNs on.
     *
     * @param incarnation of the asker
     * @param askedAtNs the asker's monotonic clock
     * @param tableVersion the newest that the asker knows
     */
    public record LeaseRequest(long incarnation, long askedAtNs, long tableVersion) implements Call<Done> {
        public static final Method<LeaseRequest, Done> METHOD =
                new Method<>(36, "LeaseRequest", Callers.of(Role.SERVER), LeaseRequest::decode, Done::decode);

        @Override
        public Method<LeaseRequest, Done> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(incarnation).put(askedAtNs).put(tableVersion);
        }

        static LeaseRequest decode(MessageReader in) {
            in.open();
            return in.close(new LeaseRequest(in.int64(), in.int64(), in.int64()));
        }
    }

    /**
     * Grants it: the sender will not serve as primary in the asker's place before that while is over.
     *
     * @param incarnation of the asker
     * @param askedAtNs as asked
     * @param tableVersion the newest that any part of the granter knew; the lease counts only for an asker that knows
     *     it too
     */
    public record LeaseGrant(long incarnation, long askedAtNs, long tableVersion) implements Call<Done> {
        public static final Method<LeaseGrant, Done> METHOD =
                new Method<>(37, "LeaseGrant", Callers.of(Role.SERVER), LeaseGrant::decode, Done::decode);

        @Override
        public Method<LeaseGrant, Done> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(incarnation).put(askedAtNs).put(tableVersion);
        }

        static LeaseGrant decode(MessageReader in) {
            in.open();
            return in.close(new LeaseGrant(in.int64(), in.int64(), in.int64()));
        }
    }

    /**
     * Primary to joiner: a part of a copy of the partition. Either records, or the digests of all key ranges behind
     * those of earlier chunks; then the answer says which ranges differ, and the next chunk has what they lack.
     *
     * @param epoch in which the sender is the primary
     * @param tableVersion the newest that the sender knows
     * @param copyId of this copy; another number is another copy, from its beginning
     * @param index of the chunk, from 0
     * @param last the copy is complete with this chunk
     * @param lastEpoch epoch of the entry at lastSeq
     * @param lastSeq the copy holds all entries up to here
     * @param state with the last chunk: epoch history and answered operations
     * @param records to be put, whatever is there
     * @param diff the joiner keeps the records that it has; otherwise they go with the first chunk
     * @param digests ascending and without a gap; empty if the chunk has records
     * @param stale fingerprints that the joiner sent of records that the primary does not have, 8 bytes each: these go,
     *     before records are put
     */
    public record CopyChunk(
            int partition,
            long epoch,
            long tableVersion,
            long copyId,
            int index,
            boolean last,
            long lastEpoch,
            long lastSeq,
            Bytes state,
            List<LogEntry> records,
            boolean diff,
            List<RangeDigest> digests,
            Bytes stale)
            implements Call<Done> {
        public static final Method<CopyChunk, Done> METHOD =
                new Method<>(38, "CopyChunk", Callers.of(Role.SERVER), CopyChunk::decode, Done::decode);

        @Override
        public Method<CopyChunk, Done> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(13)
                    .put(partition)
                    .put(epoch)
                    .put(tableVersion)
                    .put(copyId)
                    .put(index)
                    .put(last)
                    .put(lastEpoch)
                    .put(lastSeq)
                    .put(state)
                    .put(records)
                    .put(diff)
                    .put(digests)
                    .put(stale);
        }

        static CopyChunk decode(MessageReader in) {
            in.open();
            return in.close(new CopyChunk(
                    in.int32(),
                    in.int64(),
                    in.int64(),
                    in.int64(),
                    in.int32(),
                    in.bool(),
                    in.int64(),
                    in.int64(),
                    in.bytes(),
                    in.list(LogEntry::decode),
                    in.bool(),
                    in.list(RangeDigest::decode),
                    in.bytes()));
        }
    }

    /**
     * What the primary has in a range of keys, which begins behind the range before it.
     *
     * @param lastKey of the range; empty for the last range, which has no end
     * @param count of records
     * @param hash of key, epoch and seq of each
     */
    public record RangeDigest(Bytes lastKey, int count, long hash) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(lastKey).put(count).put(hash);
        }

        static RangeDigest decode(MessageReader in) {
            in.open();
            return in.close(new RangeDigest(in.bytes(), in.int32(), in.int64()));
        }
    }

    /**
     * A range whose records are not the same.
     *
     * @param range index among the digests of the chunk
     * @param fingerprints of the records there, 8 bytes each; empty if all that the primary has is wanted
     */
    public record RangeWanted(int range, Bytes fingerprints) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(2).put(range).put(fingerprints);
        }

        static RangeWanted decode(MessageReader in) {
            in.open();
            return in.close(new RangeWanted(in.int32(), in.bytes()));
        }
    }

    /**
     * Joiner to primary: it has these chunks; what comes with the last one is durable then.
     *
     * @param epoch of the primary
     * @param tableVersion the newest that the sender knows
     * @param copyId 0 if a copy is wanted from its beginning
     * @param nextIndex of the first chunk that is not here
     * @param incarnation of the sender
     * @param wanted if the last of these chunks has digests: the ranges that differ
     * @param hasRecords without a copyId: there are records here that can be compared
     */
    public record CopyReceived(
            int partition,
            long epoch,
            long tableVersion,
            long copyId,
            int nextIndex,
            long incarnation,
            List<RangeWanted> wanted,
            boolean hasRecords)
            implements Call<Done> {
        public static final Method<CopyReceived, Done> METHOD =
                new Method<>(39, "CopyReceived", Callers.of(Role.SERVER), CopyReceived::decode, Done::decode);

        @Override
        public Method<CopyReceived, Done> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(8)
                    .put(partition)
                    .put(epoch)
                    .put(tableVersion)
                    .put(copyId)
                    .put(nextIndex)
                    .put(incarnation)
                    .put(wanted)
                    .put(hasRecords);
        }

        static CopyReceived decode(MessageReader in) {
            in.open();
            return in.close(new CopyReceived(
                    in.int32(),
                    in.int64(),
                    in.int64(),
                    in.int64(),
                    in.int32(),
                    in.int64(),
                    in.list(RangeWanted::decode),
                    in.bool()));
        }
    }
}
