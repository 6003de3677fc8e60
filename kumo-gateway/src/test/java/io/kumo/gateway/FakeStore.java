package io.kumo.gateway;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.RecordDetails;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;
import io.kumo.protocol.WriteStatus;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** memcached's rules over a map: one cas counter for all, time stands still. Repeated writes are answered as before. */
public final class FakeStore {
    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(64);
    private static final Pattern NUMBER = Pattern.compile("(?s)\\s*\\+?([0-9]{1,20})([\\s\\x00].*)?");
    /** Longer times are seconds since 1970; those below the second are in the past. */
    private static final long LONGEST_RELATIVE = 2_592_000;

    private static final long NOW = 1_000_000_000;
    private static final int LASTING = LogEntry.STALE | LogEntry.TOKEN_SENT;

    /** @param ttl -1 for no end, -2 for over */
    private record Item(int flags, long cas, long ttl, Bytes value, int marks) {
        Item with(long newTtl, int newMarks) {
            return new Item(flags, cas, newTtl, value, newMarks);
        }
    }

    private record Id(long session, long counter) {}

    private final Map<Bytes, Item> items = new HashMap<>();
    private final Set<Bytes> read = new HashSet<>();
    private final Map<Id, WriteResult> answered = new HashMap<>();
    /** Of the items that somebody asked for with a version; each write makes another item. */
    private final IdentityHashMap<Item, Long> versions = new IdentityHashMap<>();

    private long lastVersion;
    private int unchanged;
    private long lastCas;
    private int repeated;

    public synchronized GetResult get(Get get) {
        Item item = live(get.key());
        if (item == null) {
            return new GetResult(false, 0, 0, 0, Bytes.EMPTY, RecordDetails.NONE);
        }
        RecordDetails details = (get.wants() & Get.DETAILS) == 0
                ? RecordDetails.NONE
                : details(get.key(), item.marks & LASTING, item.ttl, item.ttl);
        if ((get.wants() & Get.UNSEEN) == 0) {
            read.add(get.key());
        }
        long seq = (get.wants() & Get.VERSION) == 0 ? 0 : versions.computeIfAbsent(item, fresh -> ++lastVersion);
        boolean known = seq != 0 && seq == get.knownSeq();
        unchanged += known ? 1 : 0;
        return new GetResult(true, item.flags, item.cas, 0, known ? Bytes.EMPTY : item.value, details, seq);
    }

    /** Gets that were answered without the value. */
    public synchronized int unchanged() {
        return unchanged;
    }

    private RecordDetails details(Bytes key, int marks, long ttl, long ttlBefore) {
        return new RecordDetails(marks | (read.contains(key) ? RecordDetails.HIT_BEFORE : 0), 0, ttl, ttlBefore);
    }

    public synchronized WriteResult write(Write write) {
        Id id = new Id(write.session(), write.counter());
        WriteResult known = answered.get(id);
        if (known != null) {
            repeated++;
            return known;
        }
        Item before = live(write.key());
        WriteResult result = apply(write);
        if (write.options().has(WriteOptions.DETAILS)) {
            Item after = live(write.key());
            RecordDetails details = details(
                    write.key(),
                    after == null ? 0 : after.marks,
                    after == null ? 0 : after.ttl,
                    before == null ? -1 : before.ttl);
            result = new WriteResult(
                    result.status(), result.flags(), result.cas(), result.number(), result.value(), details);
        }
        if (write.kind() == WriteKind.META_GET || write.kind() == WriteKind.GET_AND_TOUCH) {
            read.add(write.key());
        }
        answered.put(id, result);
        return result;
    }

    /** As if it had just started. */
    public synchronized void clear() {
        items.clear();
        read.clear();
        lastCas = 0;
    }

    /** Writes that came again with an id that was answered before. */
    public synchronized int repeated() {
        return repeated;
    }

    public synchronized int size() {
        return items.size();
    }

    private Item live(Bytes key) {
        Item item = items.get(key);
        return item == null || item.ttl == -2 ? null : item;
    }

    private static long ttl(long exptime) {
        boolean isPast = exptime < 0 || (exptime > LONGEST_RELATIVE && exptime < NOW);
        return exptime == 0 ? -1 : isPast ? -2 : exptime;
    }

    private WriteResult apply(Write write) {
        Item old = live(write.key());
        boolean vivify = write.options().has(WriteOptions.VIVIFY);
        WriteStatus mismatch = mismatch(write, old);
        if (mismatch != null) {
            return status(mismatch);
        }
        switch (write.kind()) {
            case ADD:
                return old != null ? status(WriteStatus.NOT_STORED) : store(write);
            case REPLACE:
                return old == null ? status(WriteStatus.NOT_STORED) : store(write);
            case APPEND, PREPEND:
                if (old == null) {
                    return vivify
                            ? put(write, write.flags(), ttl(write.options().vivifyExptime()), write.value(), 0)
                            : status(WriteStatus.NOT_STORED);
                }
                Bytes joined = write.kind() == WriteKind.APPEND
                        ? old.value.concat(write.value())
                        : write.value().concat(old.value);
                WriteResult result = put(write, old.flags, old.ttl, joined, 0);
                return new WriteResult(WriteStatus.DONE, 0, result.cas(), joined.length(), Bytes.EMPTY);
            case CAS:
                return cas(write, old);
            case INCR, DECR:
                return count(write, old, vivify);
            case DELETE:
                return delete(write, old);
            case TOUCH, GET_AND_TOUCH:
                if (old == null) {
                    return status(WriteStatus.NOT_FOUND);
                }
                items.put(write.key(), old.with(ttl(write.exptime()), old.marks));
                return new WriteResult(WriteStatus.DONE, old.flags, old.cas, 0, old.value);
            case META_GET:
                return metaGet(write, old, vivify);
            case FLUSH:
                if (write.exptime() <= 0) { // no time passes here
                    items.clear();
                }
                return status(WriteStatus.DONE);
            default:
                return store(write);
        }
    }

    private static WriteStatus mismatch(Write write, Item old) {
        boolean compares = write.cas() != 0 || write.options().has(WriteOptions.COMPARE);
        boolean joins = write.kind() == WriteKind.APPEND || write.kind() == WriteKind.PREPEND;
        boolean free =
                write.kind() == WriteKind.ADD || write.kind() == WriteKind.CAS || write.kind() == WriteKind.FLUSH;
        if (!compares || free || (old == null && (joins || write.options().has(WriteOptions.VIVIFY)))) {
            return null;
        }
        if (old == null) {
            return WriteStatus.NOT_FOUND;
        }
        return old.cas == write.cas() ? null : WriteStatus.EXISTS;
    }

    private WriteResult cas(Write write, Item old) {
        if (old == null) {
            return status(WriteStatus.NOT_FOUND);
        }
        if (old.cas == write.cas()) {
            return store(write);
        }
        boolean older = write.cas() != 0 && Long.compareUnsigned(write.cas(), old.cas) < 0;
        return older && write.options().has(WriteOptions.INVALIDATE)
                ? put(write, write.flags(), old.ttl, write.value(), LogEntry.STALE | (old.marks & LogEntry.TOKEN_SENT))
                : status(WriteStatus.EXISTS);
    }

    private WriteResult delete(Write write, Item old) {
        WriteOptions options = write.options();
        if (old == null) {
            return status(WriteStatus.NOT_FOUND);
        }
        boolean empties = options.has(WriteOptions.REMOVE_VALUE);
        boolean stales = options.has(WriteOptions.INVALIDATE);
        if (!empties && !stales) {
            items.remove(write.key());
            return status(WriteStatus.DONE);
        }
        long ttl = options.has(WriteOptions.NEW_EXPTIME) ? ttl(write.exptime()) : empties ? -1 : old.ttl;
        WriteResult result = put(
                write,
                empties ? write.flags() : old.flags,
                ttl,
                empties ? Bytes.EMPTY : old.value,
                stales ? LogEntry.STALE : 0);
        if (!stales && !options.has(WriteOptions.NEW_CAS)) {
            items.put(write.key(), new Item(write.flags(), old.cas, ttl, Bytes.EMPTY, 0));
        }
        return result;
    }

    private WriteResult metaGet(Write write, Item old, boolean vivify) {
        WriteOptions options = write.options();
        if (old == null) {
            if (!vivify) {
                return status(WriteStatus.NOT_FOUND);
            }
            put(
                    write,
                    0,
                    ttl(options.vivifyExptime()),
                    Bytes.EMPTY,
                    LogEntry.CREATED | LogEntry.WON | LogEntry.TOKEN_SENT);
            return record(WriteStatus.DONE, items.get(write.key()));
        }
        boolean touched = options.has(WriteOptions.NEW_EXPTIME);
        long ttl = touched ? ttl(write.exptime()) : old.ttl;
        long asked = options.has(WriteOptions.RECACHE_AFTER_TOUCH) ? ttl : old.ttl;
        boolean isShort = options.has(WriteOptions.RECACHE) && asked >= 0 && asked < options.recacheExptime();
        boolean stale = (old.marks & LogEntry.STALE) != 0;
        boolean won = (old.marks & LogEntry.TOKEN_SENT) == 0 && (isShort || stale);
        int marks = (old.marks & LASTING) | (won ? LogEntry.TOKEN_SENT | LogEntry.WON : 0);
        items.put(write.key(), old.with(ttl, marks));
        return record(won || touched ? WriteStatus.DONE : WriteStatus.UNCHANGED, old);
    }

    private WriteResult count(Write write, Item old, boolean vivify) {
        WriteOptions options = write.options();
        if (old == null) {
            if (!vivify) {
                return status(WriteStatus.NOT_FOUND);
            }
            Bytes initial = Bytes.utf8(Long.toUnsignedString(options.initial()));
            WriteResult made = put(write, 0, ttl(options.vivifyExptime()), initial, LogEntry.CREATED);
            return new WriteResult(WriteStatus.DONE, 0, made.cas(), options.initial(), Bytes.EMPTY);
        }
        Matcher number = NUMBER.matcher(new String(old.value.toArray(), StandardCharsets.ISO_8859_1));
        if (!number.matches() || new BigInteger(number.group(1)).compareTo(MODULUS) >= 0) {
            return status(WriteStatus.NOT_A_NUMBER);
        }
        BigInteger delta = new BigInteger(Long.toUnsignedString(write.delta()));
        BigInteger now = new BigInteger(number.group(1));
        BigInteger result = write.kind() == WriteKind.INCR
                ? now.add(delta).mod(MODULUS)
                : now.subtract(delta).max(BigInteger.ZERO);
        StringBuilder padded = new StringBuilder(result.toString());
        while (padded.length() < old.value.length()) {
            padded.append(' ');
        }
        long ttl = options.has(WriteOptions.NEW_EXPTIME) ? ttl(write.exptime()) : old.ttl;
        boolean grown = padded.length() > old.value.length();
        WriteResult put = put(write, old.flags, ttl, Bytes.utf8(padded.toString()), grown ? 0 : old.marks & LASTING);
        return new WriteResult(WriteStatus.DONE, old.flags, put.cas(), result.longValue(), Bytes.EMPTY);
    }

    private WriteResult store(Write write) {
        return put(write, write.flags(), ttl(write.exptime()), write.value(), 0);
    }

    private WriteResult put(Write write, int flags, long ttl, Bytes value, int marks) {
        WriteOptions options = write.options();
        long cas = ++lastCas;
        long given = options.has(WriteOptions.NEW_CAS) && options.newCas() != 0 ? options.newCas() : cas;
        if (write.kind() != WriteKind.INCR && write.kind() != WriteKind.DECR) {
            read.remove(write.key());
        }
        items.put(write.key(), new Item(flags, given, ttl, value, marks));
        return new WriteResult(WriteStatus.DONE, flags, given, 0, Bytes.EMPTY);
    }

    private static WriteResult record(WriteStatus status, Item item) {
        return new WriteResult(status, item.flags, item.cas, 0, item.value);
    }

    private static WriteResult status(WriteStatus status) {
        return new WriteResult(status, 0, 0, 0, Bytes.EMPTY);
    }
}
