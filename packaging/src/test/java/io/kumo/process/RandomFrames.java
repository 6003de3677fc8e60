package io.kumo.process;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Commands of the binary protocol as a seed has them, quiet ones too. */
final class RandomFrames {
    /** get, getq, getk, getkq. */
    private static final int[] GETS = {0x00, 0x09, 0x0c, 0x0d};
    /** set, add, replace, and the quiet ones. */
    private static final int[] STORES = {0x01, 0x01, 0x02, 0x03, 0x11, 0x12, 0x13};

    private static final int[] JOINS = {0x0e, 0x0f, 0x19, 0x1a};
    private static final int[] COUNTS = {0x05, 0x06, 0x15, 0x16};
    private static final int[] DELETES = {0x04, 0x14};
    /** touch, gat, gatq, gatk, gatkq. */
    private static final int[] TOUCHES = {0x1c, 0x1d, 0x1e, 0x23, 0x24};

    private static final int[] TIMES = {0, 0, 100, 1000, 2_592_000};
    private static final long[] DELTAS = {0, 1, 9, 90, 1000, 1L << 32, -1};

    private static final int LONGEST_KEY = 250;

    private final Random random;
    private final List<String> keys;
    private final CasPairs cas;

    RandomFrames(Random random, List<String> keys, CasPairs cas) {
        this.random = random;
        this.keys = keys;
        this.cas = cas;
    }

    BothBytes next() {
        int kind = random.nextInt(100);
        if (kind < 30) {
            return frame(one(GETS), new byte[0], key(), "", CasPairs.Pair.NONE);
        } else if (kind < 55) {
            byte[] extras = ByteBuffer.allocate(8)
                    .putInt(random.nextInt(3) == 0 ? random.nextInt() : 0)
                    .putInt(one(TIMES))
                    .array();
            return frame(one(STORES), extras, key(), value(), maybeCas());
        } else if (kind < 65) {
            return frame(one(JOINS), new byte[0], key(), value(), maybeCas());
        } else if (kind < 80) {
            return frame(one(DELETES), new byte[0], key(), "", maybeCas());
        } else if (kind < 97) {
            byte[] extras = ByteBuffer.allocate(4).putInt(one(TIMES)).array();
            return frame(one(TOUCHES), extras, key(), "", CasPairs.Pair.NONE);
        } else {
            return noop(random.nextInt());
        }
    }

    /** Alone in its turn. */
    BothBytes nextCount() {
        byte[] extras = ByteBuffer.allocate(20)
                .putLong(DELTAS[random.nextInt(DELTAS.length)])
                .putLong(DELTAS[random.nextInt(DELTAS.length)])
                .putInt(random.nextInt(3) == 0 ? -1 : one(TIMES))
                .array();
        return frame(one(COUNTS), extras, key(), "", maybeCas());
    }

    static BothBytes noop(int opaque) {
        return frame(0x0a, new byte[0], "", "", CasPairs.Pair.NONE, opaque);
    }

    private BothBytes frame(int opcode, byte[] extras, String key, String value, CasPairs.Pair unique) {
        return frame(opcode, extras, key, value, unique, random.nextInt());
    }

    private static BothBytes frame(
            int opcode, byte[] extras, String key, String value, CasPairs.Pair unique, int opaque) {
        byte[] header = ByteBuffer.allocate(16)
                .put((byte) 0x80)
                .put((byte) opcode)
                .putShort((short) key.length())
                .put((byte) extras.length)
                .put((byte) 0)
                .putShort((short) 0)
                .putInt(extras.length + key.length() + value.length())
                .putInt(opaque)
                .array();
        return new BothBytes()
                .add(header)
                .binary(unique)
                .add(extras)
                .add(key.getBytes(StandardCharsets.US_ASCII))
                .add(value);
    }

    private CasPairs.Pair maybeCas() {
        return random.nextInt(3) == 0 ? cas.any(random) : CasPairs.Pair.NONE;
    }

    private String key() {
        String key = keys.get(random.nextInt(keys.size()));
        return random.nextInt(80) > 0 ? key : key + "x".repeat(LONGEST_KEY - key.length());
    }

    private String value() {
        return switch (random.nextInt(3)) {
            case 0 -> Integer.toString(random.nextInt(1000));
            case 1 -> random.nextBoolean() ? "" : "18446744073709551615";
            default -> "y".repeat(random.nextInt(2000));
        };
    }

    private int one(int[] of) {
        return of[random.nextInt(of.length)];
    }
}
