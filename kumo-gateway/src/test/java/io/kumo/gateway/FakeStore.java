package io.kumo.gateway;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** memcached's rules over a map: one cas counter for all, time stands still. Repeated writes are answered as before. */
public final class FakeStore {
    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(64);

    private record Item(int flags, long cas, boolean expired, Bytes value) {}

    private record Id(long session, long counter) {}

    private final Map<Bytes, Item> items = new HashMap<>();
    private final Map<Id, WriteResult> answered = new HashMap<>();
    private long lastCas;
    private int repeated;

    public synchronized GetResult get(Get get) {
        Item item = live(get.key());
        return item == null
                ? new GetResult(false, 0, 0, 0, Bytes.EMPTY)
                : new GetResult(true, item.flags, item.cas, 0, item.value);
    }

    public synchronized WriteResult write(Write write) {
        Id id = new Id(write.session(), write.counter());
        WriteResult known = answered.get(id);
        if (known != null) {
            repeated++;
            return known;
        }
        WriteResult result = apply(write);
        answered.put(id, result);
        return result;
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
        return item == null || item.expired ? null : item;
    }

    private WriteResult apply(Write write) {
        Item old = live(write.key());
        switch (write.kind()) {
            case ADD:
                return old != null ? status(WriteStatus.NOT_STORED) : store(write, write.flags(), write.value());
            case REPLACE:
                return old == null ? status(WriteStatus.NOT_STORED) : store(write, write.flags(), write.value());
            case APPEND:
                return old == null ? status(WriteStatus.NOT_STORED) : keep(write, old, old.value.concat(write.value()));
            case PREPEND:
                return old == null
                        ? status(WriteStatus.NOT_STORED)
                        : keep(write, old, write.value().concat(old.value));
            case CAS:
                if (old == null) {
                    return status(WriteStatus.NOT_FOUND);
                }
                return old.cas == write.cas() ? store(write, write.flags(), write.value()) : status(WriteStatus.EXISTS);
            case INCR, DECR:
                return old == null ? status(WriteStatus.NOT_FOUND) : count(write, old);
            case DELETE:
                items.remove(write.key());
                return status(old == null ? WriteStatus.NOT_FOUND : WriteStatus.DONE);
            case TOUCH, GET_AND_TOUCH:
                if (old == null) {
                    return status(WriteStatus.NOT_FOUND);
                }
                items.put(write.key(), new Item(old.flags, old.cas, write.exptime() < 0, old.value));
                return new WriteResult(WriteStatus.DONE, old.flags, old.cas, 0, old.value);
            case FLUSH:
                items.clear();
                return status(WriteStatus.DONE);
            default:
                return store(write, write.flags(), write.value());
        }
    }

    private WriteResult count(Write write, Item old) {
        String text = new String(old.value.toArray(), StandardCharsets.US_ASCII).trim();
        if (!text.matches("[0-9]{1,20}") || new BigInteger(text).compareTo(MODULUS) >= 0) {
            return status(WriteStatus.NOT_A_NUMBER);
        }
        BigInteger delta = new BigInteger(Long.toUnsignedString(write.delta()));
        BigInteger now = new BigInteger(text);
        BigInteger result = write.kind() == WriteKind.INCR
                ? now.add(delta).mod(MODULUS)
                : now.subtract(delta).max(BigInteger.ZERO);
        StringBuilder padded = new StringBuilder(result.toString());
        while (padded.length() < old.value.length()) {
            padded.append(' ');
        }
        keep(write, old, Bytes.utf8(padded.toString()));
        return new WriteResult(WriteStatus.DONE, old.flags, lastCas, result.longValue(), Bytes.EMPTY);
    }

    private WriteResult keep(Write write, Item old, Bytes value) {
        items.put(write.key(), new Item(old.flags, ++lastCas, false, value));
        return new WriteResult(WriteStatus.DONE, old.flags, lastCas, 0, Bytes.EMPTY);
    }

    private WriteResult store(Write write, int flags, Bytes value) {
        items.put(write.key(), new Item(flags, ++lastCas, write.exptime() < 0, value));
        return new WriteResult(WriteStatus.DONE, flags, lastCas, 0, Bytes.EMPTY);
    }

    private static WriteResult status(WriteStatus status) {
        return new WriteResult(status, 0, 0, 0, Bytes.EMPTY);
    }
}
