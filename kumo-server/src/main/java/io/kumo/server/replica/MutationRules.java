package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What memcached 1.6 does to a record for each kind of write. Pure functions. */
final class MutationRules {
    /** An exptime beyond this many seconds is a time since 1970. */
    private static final long RELATIVE_EXPTIME_SEC = 60L * 60 * 24 * 30;

    private static final long LATEST_EXPTIME_SEC = Long.MAX_VALUE / 2000;

    /** An expiry in the past: whatever has it is to be deleted. */
    private static final long AT_ONCE = -1;

    private MutationRules() {}

    /** Whether what the write does depends on the record that is there. */
    static boolean needsRecord(Write write) {
        return (write.kind() != WriteKind.SET || write.cas() != 0) && write.kind() != WriteKind.FLUSH;
    }

    /** {@code record}: the newest version of the record, null for none; a DELETE or an expired one counts as none. */
    static Mutation evaluate(Write write, @Nullable LogEntry record, long nowMs, int maxValueBytes) {
        LogEntry current = record != null && record.isRecord() && !record.isExpired(nowMs) ? record : null;
        if (write.value().length() > maxValueBytes) {
            return Mutation.TOO_LARGE;
        }
        if (write.cas() != 0 && write.kind() != WriteKind.ADD && write.kind() != WriteKind.FLUSH) {
            if (current == null) {
                return Mutation.NOT_FOUND;
            }
            if (current.seq() != write.cas()) {
                return Mutation.EXISTS;
            }
        }
        switch (write.kind()) {
            case SET:
                return store(write, nowMs);
            case ADD:
                return current == null ? store(write, nowMs) : Mutation.NOT_STORED;
            case REPLACE:
                return current == null ? Mutation.NOT_STORED : store(write, nowMs);
            case CAS:
                return casOf(write, current, nowMs);
            case APPEND:
            case PREPEND:
                return current == null ? Mutation.NOT_STORED : join(write, current, maxValueBytes);
            case INCR:
            case DECR:
                return current == null ? Mutation.NOT_FOUND : count(write, current);
            case DELETE:
                return current == null ? Mutation.NOT_FOUND : Mutation.DELETE;
            case TOUCH:
            case GET_AND_TOUCH:
                return current == null ? Mutation.NOT_FOUND : touch(write, current, nowMs);
            case FLUSH:
                return Mutation.FLUSH;
        }
        throw new IllegalStateException("no rule for " + write.kind());
    }

    private static Mutation casOf(Write write, @Nullable LogEntry current, long nowMs) {
        if (current == null) {
            return Mutation.NOT_FOUND;
        }
        return current.seq() == write.cas() ? store(write, nowMs) : Mutation.EXISTS;
    }

    private static Mutation store(Write write, long nowMs) {
        long expiryMs = expiryMs(write.exptime(), nowMs);
        return expiryMs == AT_ONCE
                ? Mutation.DELETE
                : new Mutation(WriteStatus.DONE, EntryKind.PUT, write.flags(), expiryMs, write.value());
    }

    private static Mutation join(Write write, LogEntry current, int maxValueBytes) {
        if ((long) current.value().length() + write.value().length() > maxValueBytes) {
            return Mutation.TOO_LARGE;
        }
        Bytes joined = write.kind() == WriteKind.APPEND
                ? current.value().concat(write.value())
                : write.value().concat(current.value());
        return new Mutation(WriteStatus.DONE, EntryKind.PUT, current.flags(), current.expiryMs(), joined);
    }

    /** A touch into the past deletes, and still answers with the record. */
    private static Mutation touch(Write write, LogEntry current, long nowMs) {
        long expiryMs = expiryMs(write.exptime(), nowMs);
        if (expiryMs != AT_ONCE) {
            return new Mutation(WriteStatus.DONE, EntryKind.PUT, current.flags(), expiryMs, current.value());
        }
        return write.kind() == WriteKind.TOUCH
                ? Mutation.DELETE
                : new Mutation(WriteStatus.DONE, EntryKind.DELETE, current.flags(), 0, current.value());
    }

    private static Mutation count(Write write, LogEntry current) {
        byte[] old = current.value().unsafeArray();
        if (!isNumber(old)) {
            return Mutation.NOT_A_NUMBER;
        }
        long value = number(old);
        long result;
        if (write.kind() == WriteKind.INCR) {
            result = value + write.delta();
        } else {
            result = Long.compareUnsigned(write.delta(), value) > 0 ? 0 : value - write.delta();
        }
        byte[] digits = Long.toUnsignedString(result).getBytes(StandardCharsets.ISO_8859_1);
        byte[] padded = digits;
        if (digits.length < old.length) { // memcached overwrites in place
            padded = Arrays.copyOf(digits, old.length);
            Arrays.fill(padded, digits.length, old.length, (byte) ' ');
        }
        return new Mutation(WriteStatus.DONE, EntryKind.PUT, current.flags(), current.expiryMs(), Bytes.wrap(padded));
    }

    /** Milliseconds since 1970, 0 for never, {@link #AT_ONCE} for a time that has passed. */
    static long expiryMs(long exptime, long nowMs) {
        if (exptime == 0) {
            return 0;
        }
        if (exptime < 0) {
            return AT_ONCE;
        }
        if (exptime <= RELATIVE_EXPTIME_SEC) {
            return nowMs + exptime * 1000;
        }
        long atMs = Math.min(exptime, LATEST_EXPTIME_SEC) * 1000;
        return atMs <= nowMs ? AT_ONCE : atMs;
    }

    /**
     * Whether memcached's safe_strtoull takes it: white space, a sign, digits, then the end or white space; no
     * overflow, and nothing that is negative.
     */
    private static boolean isNumber(byte[] text) {
        int at = skipSpace(text);
        boolean negative = at < text.length && text[at] == '-';
        at += at < text.length && (text[at] == '-' || text[at] == '+') ? 1 : 0;
        int first = at;
        long value = 0;
        while (at < text.length && text[at] >= '0' && text[at] <= '9') {
            int digit = text[at] - '0';
            if (Long.compareUnsigned(value, Long.divideUnsigned(-1L - digit, 10)) > 0) {
                return false;
            }
            value = value * 10 + digit;
            at++;
        }
        return at > first && (at == text.length || isSpace(text[at])) && !(negative && -value < 0);
    }

    /** Value of a text that {@link #isNumber}. */
    private static long number(byte[] text) {
        int at = skipSpace(text);
        boolean negative = text[at] == '-';
        at += text[at] == '-' || text[at] == '+' ? 1 : 0;
        long value = 0;
        for (; at < text.length && text[at] >= '0' && text[at] <= '9'; at++) {
            value = value * 10 + (text[at] - '0');
        }
        return negative ? -value : value;
    }

    private static int skipSpace(byte[] text) {
        int at = 0;
        while (at < text.length && isSpace(text[at])) {
            at++;
        }
        return at;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }

    /** Number in the value of an entry that INCR or DECR made. */
    static long countOf(LogEntry entry) {
        return number(entry.value().unsafeArray());
    }

    /** What the operation that made the entry is answered. */
    static WriteResult resultOf(LogEntry entry) {
        long cas = entry.kind() == EntryKind.PUT ? entry.seq() : 0;
        if (entry.write() == WriteKind.GET_AND_TOUCH.number()) {
            return new WriteResult(WriteStatus.DONE, entry.flags(), cas, 0, entry.value());
        }
        boolean counted = entry.write() == WriteKind.INCR.number() || entry.write() == WriteKind.DECR.number();
        return new WriteResult(WriteStatus.DONE, 0, cas, counted ? countOf(entry) : 0, Bytes.EMPTY);
    }
}
