package io.kumo.protocol;

import java.util.List;

/** How busy a server is: part of its report to the managers. */
public final class LoadMessages {
    private LoadMessages() {}

    /**
     * The operations of a server since its start, so that two reports say what happened between them.
     *
     * @param reads durations of those that were answered, from request to answer at the primary
     * @param writes the same of writes
     * @param errors operations that were answered with an error; gateways send most of them again
     * @param inFlight operations that wait for an answer now
     * @param lag entries that the slowest copy in sync lacks now, the most of all partitions
     */
    public record ServerLoad(
            List<LatencyBucket> reads, List<LatencyBucket> writes, long errors, long inFlight, long lag)
            implements Message {
        /** Of a server that has done nothing, or that is too old to say. */
        public static final ServerLoad NONE = new ServerLoad(List.of(), List.of(), 0, 0, 0);

        @Override
        public void encode(MessageWriter out) {
            out.fields(5).put(reads).put(writes).put(errors).put(inFlight).put(lag);
        }

        static ServerLoad decode(MessageReader in) {
            in.open();
            return in.close(new ServerLoad(
                    in.list(LatencyBucket::decode),
                    in.list(LatencyBucket::decode),
                    in.int64(),
                    in.int64(),
                    in.int64()));
        }
    }

    /**
     * How often something took about as long. Buckets without any are left out.
     *
     * @param endNs the first duration that is too long for the bucket
     */
    public record LatencyBucket(long endNs, long count) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(2).put(endNs).put(count);
        }

        static LatencyBucket decode(MessageReader in) {
            in.open();
            return in.close(new LatencyBucket(in.int64(), in.int64()));
        }
    }
}
