package io.kumo.protocol;

import io.kumo.base.Bytes;

/** Gateway to server: one operation on one key. The server answers at the primary of the key's partition. */
public final class DataMessages {
    private DataMessages() {}

    /**
     * Reads a record.
     *
     * @param partition of the key, in the sender's table
     * @param tableVersion the newest that the sender knows
     * @param stale any copy in sync may answer, with a value that may be old
     * @param wants bits: {@link #DETAILS}, {@link #UNSEEN}, {@link #VERSION}
     * @param knownSeq with VERSION: the version that the sender has; 0 for none
     */
    public record Get(int partition, long tableVersion, boolean stale, Bytes key, int wants, long knownSeq)
            implements Call<GetResult> {
        public static final Method<Get, GetResult> METHOD =
                new Method<>(1, "Get", Callers.of(Role.GATEWAY), Get::decode, GetResult::decode);

        /** The answer is to have {@link RecordDetails}. */
        public static final int DETAILS = 1;
        /** The read does not count as one: the record is not marked as read. */
        public static final int UNSEEN = 2;
        /** The answer is to have the version, and no value if it is {@link #knownSeq}. */
        public static final int VERSION = 4;

        /** Reads the value only. */
        public Get(int partition, long tableVersion, boolean stale, Bytes key) {
            this(partition, tableVersion, stale, key, 0, 0);
        }

        /** Reads without a version. */
        public Get(int partition, long tableVersion, boolean stale, Bytes key, int wants) {
            this(partition, tableVersion, stale, key, wants, 0);
        }

        @Override
        public Method<Get, GetResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(wants == 0 ? 4 : knownSeq == 0 ? 5 : 6)
                    .put(partition)
                    .put(tableVersion)
                    .put(stale)
                    .put(key);
            if (wants != 0) {
                out.put(wants);
                if (knownSeq != 0) {
                    out.put(knownSeq);
                }
            }
        }

        static Get decode(MessageReader in) {
            in.open();
            return in.close(new Get(in.int32(), in.int64(), in.bool(), in.bytes(), in.int32(), in.int64()));
        }
    }

    /**
     * What a read found.
     *
     * @param found false also for an expired record; then the other fields are 0
     * @param flags of memcached, 32 bits unsigned
     * @param cas cas unique
     * @param expiryMs milliseconds since 1970, 0 for never
     * @param details as far as they were asked for
     * @param seq version of the record if it was asked for, else 0; if it is the one that was known, the value is left
     *     out
     */
    public record GetResult(
            boolean found, int flags, long cas, long expiryMs, Bytes value, RecordDetails details, long seq)
            implements Message {
        /** Without details. */
        public GetResult(boolean found, int flags, long cas, long expiryMs, Bytes value) {
            this(found, flags, cas, expiryMs, value, RecordDetails.NONE, 0);
        }

        /** Without a version. */
        public GetResult(boolean found, int flags, long cas, long expiryMs, Bytes value, RecordDetails details) {
            this(found, flags, cas, expiryMs, value, details, 0);
        }

        @Override
        public void encode(MessageWriter out) {
            boolean plain = seq == 0 && details.equals(RecordDetails.NONE);
            out.fields(plain ? 5 : seq == 0 ? 6 : 7)
                    .put(found)
                    .put(flags)
                    .put(cas)
                    .put(expiryMs)
                    .put(value);
            if (!plain) {
                out.put(details);
                if (seq != 0) {
                    out.put(seq);
                }
            }
        }

        static GetResult decode(MessageReader in) {
            in.open();
            return in.close(new GetResult(
                    in.bool(), in.int32(), in.int64(), in.int64(), in.bytes(), detailsOf(in), in.int64()));
        }
    }

    /**
     * Changes a record, exactly once however often it is sent with the same (session, counter).
     *
     * @param partition of the key, in the sender's table
     * @param tableVersion the newest that the sender knows
     * @param session random number of the gateway's process, not 0
     * @param counter of the operation, from 1
     * @param settledBelow the gateway has the answers of all its operations below this counter and will not send them
     *     again
     * @param async answer once the primary's own log has it
     * @param flags of memcached, 32 bits unsigned
     * @param exptime as memcached's: 0 never, negative at once, up to 30 days relative seconds, else seconds since 1970
     * @param cas expected cas unique; 0 for none but with CAS
     * @param delta for INCR and DECR, unsigned
     * @param options what else is asked for
     */
    public record Write(
            int partition,
            long tableVersion,
            long session,
            long counter,
            long settledBelow,
            WriteKind kind,
            boolean async,
            Bytes key,
            int flags,
            long exptime,
            long cas,
            long delta,
            Bytes value,
            WriteOptions options)
            implements Call<WriteResult> {
        public static final Method<Write, WriteResult> METHOD =
                new Method<>(2, "Write", Callers.of(Role.GATEWAY, Role.OPERATOR), Write::decode, WriteResult::decode);

        @Override
        public Method<Write, WriteResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            boolean plain = options.equals(WriteOptions.NONE);
            out.fields(plain ? 13 : 14)
                    .put(partition)
                    .put(tableVersion)
                    .put(session)
                    .put(counter)
                    .put(settledBelow)
                    .put(kind.number())
                    .put(async)
                    .put(key)
                    .put(flags)
                    .put(exptime)
                    .put(cas)
                    .put(delta)
                    .put(value);
            if (!plain) {
                out.put(options);
            }
        }

        static Write decode(MessageReader in) {
            in.open();
            return in.close(new Write(
                    in.int32(),
                    in.int64(),
                    in.int64(),
                    in.int64(),
                    in.int64(),
                    WriteKind.of(in.int32()),
                    in.bool(),
                    in.bytes(),
                    in.int32(),
                    in.int64(),
                    in.int64(),
                    in.int64(),
                    in.bytes(),
                    in.fieldsLeft() == 0 ? WriteOptions.NONE : WriteOptions.decode(in)));
        }
    }

    /**
     * How a write ended.
     *
     * @param flags of the record, for TOUCH, GET_AND_TOUCH and META_GET
     * @param cas cas unique of the record after the write
     * @param number value after INCR and DECR, unsigned; bytes of the value after APPEND and PREPEND
     * @param value of the record, for GET_AND_TOUCH and META_GET
     * @param details as far as they were asked for
     */
    public record WriteResult(WriteStatus status, int flags, long cas, long number, Bytes value, RecordDetails details)
            implements Message {
        /** Without details. */
        public WriteResult(WriteStatus status, int flags, long cas, long number, Bytes value) {
            this(status, flags, cas, number, value, RecordDetails.NONE);
        }

        @Override
        public void encode(MessageWriter out) {
            boolean plain = details.equals(RecordDetails.NONE);
            out.fields(plain ? 5 : 6)
                    .put(status.number())
                    .put(flags)
                    .put(cas)
                    .put(number)
                    .put(value);
            if (!plain) {
                out.put(details);
            }
        }

        static WriteResult decode(MessageReader in) {
            in.open();
            return in.close(new WriteResult(
                    WriteStatus.of(in.int32()), in.int32(), in.int64(), in.int64(), in.bytes(), detailsOf(in)));
        }
    }

    private static RecordDetails detailsOf(MessageReader in) {
        return in.fieldsLeft() == 0 ? RecordDetails.NONE : RecordDetails.decode(in);
    }
}
