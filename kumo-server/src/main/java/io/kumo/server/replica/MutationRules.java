package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;
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
    static final long AT_ONCE = -1;

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
        Mutation refused =
                write.cas() != 0 || write.options().has(WriteOptions.COMPARE) ? compare(write, current) : null;
        if (refused != null) {
            return refused;
        }
        switch (write.kind()) {
            case SET:
                return store(write, nowMs);
            case ADD:
                return current == null ? store(write, nowMs) : Mutation.NOT_STORED;
            case REPLACE:
                return current == null ? Mutation.NOT_STORED : store(write, nowMs);
            case CAS:
                return compareAndSet(write, current, nowMs);
            case APPEND:
            case PREPEND:
                return join(write, current, nowMs, maxValueBytes);
            case INCR:
            case DECR:
                return count(write, current, nowMs);
            case DELETE:
                return delete(write, current, nowMs);
            case TOUCH:
            case GET_AND_TOUCH:
                return current == null ? Mutation.NOT_FOUND : touch(write, current, nowMs);
            case FLUSH:
                return Mutation.flush(expiryMs(write.exptime(), nowMs));
            case META_GET:
                return MetaGetRules.evaluate(write, current, nowMs);
        }
        throw new IllegalStateException("no rule for " + write.kind());
    }

    /** What comes of an expected cas unique; null if the write goes on. */
    private static @Nullable Mutation compare(Write write, @Nullable LogEntry current) {
        switch (write.kind()) {
            case ADD:
            case FLUSH:
            case CAS:
                return null; // it has no such condition, or is one
            case APPEND:
            case PREPEND:
                return current == null || casOf(write, current) == write.cas() ? null : Mutation.EXISTS;
            case INCR:
            case DECR:
                if (current == null && write.options().has(WriteOptions.VIVIFY)) {
                    return null;
                }
                if (current != null && current.value().isEmpty()) {
                    return Mutation.NOT_A_NUMBER; // what memcached looks at first
                }
                break;
            default:
                break;
        }
        if (current == null) {
            return Mutation.NOT_FOUND;
        }
        return casOf(write, current) == write.cas() ? null : Mutation.EXISTS;
    }

    /** The cas unique of the record that is there. */
    static long casOf(Write write, LogEntry current) {
        return current.casUnique(write.partition());
    }

    private static Mutation compareAndSet(Write write, @Nullable LogEntry current, long nowMs) {
        if (current == null) {
            return Mutation.NOT_FOUND;
        }
        if (casOf(write, current) == write.cas()) {
            return store(write, nowMs);
        }
        boolean isOlder = write.cas() != 0 && Long.compareUnsigned(write.cas(), casOf(write, current)) < 0;
        if (!isOlder || !write.options().has(WriteOptions.INVALIDATE)) {
            return Mutation.EXISTS;
        }
        int marks = LogEntry.STALE | (current.marks() & LogEntry.TOKEN_SENT);
        return Mutation.put(write.flags(), current.expiryMs(), write.value(), newCas(write), marks);
    }

    /** The cas unique that the client chose; 0 if it did not. */
    static long newCas(Write write) {
        return write.options().has(WriteOptions.NEW_CAS) ? write.options().newCas() : 0;
    }

    private static Mutation store(Write write, long nowMs) {
        return Mutation.put(write.flags(), 0, write.value(), newCas(write), 0)
                .expiring(expiryMs(write.exptime(), nowMs));
    }

    private static Mutation join(Write write, @Nullable LogEntry current, long nowMs, int maxValueBytes) {
        if (current == null) {
            WriteOptions options = write.options();
            return options.has(WriteOptions.VIVIFY)
                    ? Mutation.put(write.flags(), 0, write.value(), newCas(write), LogEntry.CREATED)
                            .expiring(expiryMs(options.vivifyExptime(), nowMs))
                    : Mutation.NOT_STORED;
        }
        if ((long) current.value().length() + write.value().length() > maxValueBytes) {
            return Mutation.TOO_LARGE;
        }
        Bytes joined = write.kind() == WriteKind.APPEND
                ? current.value().concat(write.value())
                : write.value().concat(current.value());
        return Mutation.put(current.flags(), current.expiryMs(), joined, newCas(write), 0);
    }

    /** A touch into the past deletes, and still answers with the record. */
    private static Mutation touch(Write write, LogEntry current, long nowMs) {
        return Mutation.put(current.flags(), 0, current.value(), casOf(write, current), lasting(current))
                .expiring(expiryMs(write.exptime(), nowMs));
    }

    /** The marks of a record that outlive a step which keeps the record. */
    static int lasting(LogEntry record) {
        return record.marks() & (LogEntry.STALE | LogEntry.TOKEN_SENT);
    }

    /** A delete may leave the record: without its value, or marked stale. */
    private static Mutation delete(Write write, @Nullable LogEntry current, long nowMs) {
        WriteOptions options = write.options();
        if (current == null) {
            return Mutation.NOT_FOUND;
        }
        boolean isEmptied = options.has(WriteOptions.REMOVE_VALUE);
        boolean isInvalidated = options.has(WriteOptions.INVALIDATE);
        if (!isEmptied && !isInvalidated) {
            return Mutation.DELETE;
        }
        boolean isTimed = options.has(WriteOptions.NEW_EXPTIME);
        long expiryMs = isTimed ? expiryMs(write.exptime(), nowMs) : isEmptied ? 0 : current.expiryMs();
        long kept = isInvalidated ? 0 : casOf(write, current);
        return Mutation.put(
                        isEmptied ? write.flags() : current.flags(),
                        0,
                        isEmptied ? Bytes.EMPTY : current.value(),
                        options.has(WriteOptions.NEW_CAS) ? options.newCas() : kept,
                        isInvalidated ? LogEntry.STALE : 0)
                .expiring(expiryMs);
    }

    private static Mutation count(Write write, @Nullable LogEntry current, long nowMs) {
        WriteOptions options = write.options();
        if (current == null) {
            return options.has(WriteOptions.VIVIFY)
                    ? Mutation.put(0, 0, digits(options.initial()), newCas(write), LogEntry.CREATED)
                            .expiring(expiryMs(options.vivifyExptime(), nowMs))
                    : Mutation.NOT_FOUND;
        }
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
        Bytes digits = digits(result);
        boolean isInPlace = digits.length() <= old.length;
        if (digits.length() < old.length) { // memcached overwrites in place
            byte[] padded = Arrays.copyOf(digits.unsafeArray(), old.length);
            Arrays.fill(padded, digits.length(), old.length, (byte) ' ');
            digits = Bytes.wrap(padded);
        }
        long expiryMs = options.has(WriteOptions.NEW_EXPTIME) ? expiryMs(write.exptime(), nowMs) : current.expiryMs();
        return Mutation.put(current.flags(), 0, digits, newCas(write), isInPlace ? lasting(current) : 0)
                .expiring(expiryMs);
    }

    private static Bytes digits(long number) {
        return Bytes.wrap(Long.toUnsignedString(number).getBytes(StandardCharsets.ISO_8859_1));
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
     * Whether memcached's safe_strtoull takes it: white space, a sign, digits, then the end, a zero or white space; no
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
        return at > first && (at == text.length || text[at] == 0 || isSpace(text[at])) && !(negative && -value < 0);
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

    /** Expiry of what the entry's operation left; {@link #AT_ONCE} if that is nothing. */
    static long expiryMsOf(LogEntry entry) {
        return entry.isRecord() ? entry.expiryMs() : AT_ONCE;
    }

    /** What the operation that made the entry is answered, but for details. */
    static WriteResult resultOf(int partition, LogEntry entry) {
        long cas = entry.casUnique(partition);
        WriteKind write = entry.write() == 0 ? WriteKind.SET : WriteKind.of(entry.write());
        switch (write) {
            case GET_AND_TOUCH:
            case META_GET:
                return new WriteResult(WriteStatus.DONE, entry.flags(), cas, 0, entry.value());
            case TOUCH:
                return new WriteResult(WriteStatus.DONE, entry.flags(), cas, 0, Bytes.EMPTY);
            case INCR:
            case DECR:
                return done(cas, countOf(entry));
            case APPEND:
            case PREPEND:
                return done(cas, entry.value().length());
            case DELETE:
            case FLUSH:
                return done(entry.kind() == EntryKind.PUT ? cas : 0, 0);
            default:
                return done(cas, 0);
        }
    }

    private static WriteResult done(long cas, long number) {
        return new WriteResult(WriteStatus.DONE, 0, cas, number, Bytes.EMPTY);
    }
}
