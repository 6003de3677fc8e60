package io.kumo.ctl;

import io.kumo.base.Check;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * Keys of a benchmark, and values that can be checked: key number and version, then bytes cut from a fixed pool at a
 * place that follows from both. A value of another key, a mixed or a shortened one is found.
 */
public final class BenchValues {
    public static final int SMALLEST_BYTES = 16;
    private static final int POOL_BYTES = 1 << 20;

    private final String prefix;
    private final int valueBytes;
    private final byte[] pool = new byte[POOL_BYTES + (1 << 20)];

    /** @param valueBytes {@link #SMALLEST_BYTES} to 1 MiB */
    public BenchValues(String prefix, int valueBytes) {
        Check.argument(
                valueBytes >= SMALLEST_BYTES && valueBytes <= 1 << 20,
                "a value of a benchmark has %d bytes to 1 MiB",
                SMALLEST_BYTES);
        this.prefix = prefix;
        this.valueBytes = valueBytes;
        SplittableRandom random = new SplittableRandom(20091203);
        for (int i = 0; i < pool.length; i++) {
            pool[i] = (byte) random.nextInt();
        }
    }

    public int valueBytes() {
        return valueBytes;
    }

    public byte[] key(int number) {
        byte[] key = (prefix + "000000000").getBytes(StandardCharsets.US_ASCII);
        for (int i = key.length - 1, rest = number; rest > 0; i--, rest /= 10) {
            key[i] = (byte) ('0' + rest % 10);
        }
        return key;
    }

    /** Writes the value of that key in that version at the buffer's position. */
    public void write(ByteBuffer out, int keyNumber, long version) {
        out.putLong(keyNumber).putLong(version);
        out.put(pool, offset(keyNumber, version), valueBytes - SMALLEST_BYTES);
    }

    /** Whether {@code content} from {@code from} on is some version of that key's value. */
    public boolean isRight(byte[] content, int from, int length, int keyNumber) {
        if (length != valueBytes) {
            return false;
        }
        ByteBuffer in = ByteBuffer.wrap(content, from, length);
        if (in.getLong() != keyNumber) {
            return false;
        }
        int offset = offset(keyNumber, in.getLong());
        return in.equals(ByteBuffer.wrap(pool, offset, valueBytes - SMALLEST_BYTES));
    }

    private static int offset(int keyNumber, long version) {
        return (int) (mix(keyNumber * 0x9e3779b97f4a7c15L + version) & (POOL_BYTES - 1));
    }

    /** The finaliser of SplitMix64: spreads any number over all 64 bits. */
    static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
