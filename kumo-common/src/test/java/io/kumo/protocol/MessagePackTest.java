package io.kumo.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.error.KumoException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;

/** MessageWriter and MessageReader against msgpack-core. */
class MessagePackTest {
    static IntStream seeds() {
        return IntStream.range(0, 20);
    }

    private static long number(Random random) {
        long value = random.nextLong() >>> random.nextInt(64);
        return random.nextBoolean() ? value : -value;
    }

    private static int length(Random random) {
        return random.nextInt(1 << random.nextInt(18));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void writesWhatMsgpackCoreReads(int seed) throws IOException {
        Random random = new Random(seed);
        ByteBuf out = Unpooled.buffer();
        MessageWriter writer = new MessageWriter(out);
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            switch (random.nextInt(6)) {
                case 0 -> {
                    values.add(number(random));
                    writer.put((long) values.get(i));
                }
                case 1 -> {
                    values.add(random.nextBoolean());
                    writer.put((boolean) values.get(i));
                }
                case 2 -> {
                    values.add("\u00e4".repeat(length(random)));
                    writer.put((String) values.get(i));
                }
                case 3 -> {
                    byte[] bytes = new byte[length(random)];
                    random.nextBytes(bytes);
                    values.add(bytes);
                    writer.put(Bytes.wrap(bytes));
                }
                case 4 -> {
                    values.add(new int[] {length(random)});
                    writer.fields(((int[]) values.get(i))[0]);
                }
                default -> {
                    values.add("nil");
                    writer.nil();
                }
            }
        }
        MessageUnpacker oracle = MessagePack.newDefaultUnpacker(ByteBufUtil.getBytes(out));
        for (Object value : values) {
            if (value instanceof Long number) {
                assertEquals(number, oracle.unpackLong());
            } else if (value instanceof Boolean bool) {
                assertEquals(bool, oracle.unpackBoolean());
            } else if (value instanceof byte[] bytes) {
                assertArrayEquals(bytes, oracle.readPayload(oracle.unpackBinaryHeader()));
            } else if (value instanceof int[] count) {
                assertEquals(count[0], oracle.unpackArrayHeader());
            } else if ("nil".equals(value)) {
                oracle.unpackNil();
            } else {
                assertEquals(value, oracle.unpackString());
            }
        }
        assertTrue(!oracle.hasNext());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void readsWhatMsgpackCoreWritesAndSkipsTheRest(int seed) throws IOException {
        Random random = new Random(seed);
        MessageBufferPacker oracle = MessagePack.newDefaultBufferPacker();
        long number = number(random);
        String text = "x".repeat(length(random));
        byte[] bytes = new byte[length(random)];
        oracle.packArrayHeader(9).packLong(number).packString(text).packBinaryHeader(bytes.length);
        oracle.writePayload(bytes);
        oracle.packBoolean(true).packNil();
        oracle.packArrayHeader(2).packString("skip").packArrayHeader(1).packNil();
        oracle.packBoolean(false).packBinaryHeader(3);
        oracle.writePayload(new byte[3]);
        oracle.packLong(number(random));
        ByteBuf in = Unpooled.wrappedBuffer(oracle.toByteArray());
        MessageReader reader = new MessageReader(in);
        reader.open();
        assertEquals(number, reader.int64());
        assertEquals(text, reader.text());
        assertEquals(Bytes.wrap(bytes), reader.bytes());
        assertTrue(reader.bool());
        assertTrue(reader.takeNil());
        assertEquals("done", reader.close("done"));
        assertEquals(0, in.readableBytes());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void refusesGarbageWithoutReadingBeyondIt(int seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            byte[] garbage = new byte[random.nextInt(64)];
            random.nextBytes(garbage);
            if (garbage.length > 0 && random.nextBoolean()) {
                garbage[0] = (byte) (0x90 | random.nextInt(16));
            }
            MessageReader reader = new MessageReader(Unpooled.wrappedBuffer(garbage));
            try {
                reader.open();
                for (int step = random.nextInt(6); step > 0; step--) {
                    switch (random.nextInt(7)) {
                        case 0 -> reader.int64();
                        case 1 -> reader.bytes();
                        case 2 -> reader.text();
                        case 3 -> reader.bool();
                        case 4 -> reader.texts();
                        case 5 -> reader.takeNil();
                        default -> reader.list(LogEntry::decode);
                    }
                }
                reader.close(1);
            } catch (KumoException e) {
                assertTrue(!e.getMessage().isEmpty());
            }
        }
    }

    @Test
    void refusesLengthsThatTheMessageDoesNotHold() {
        for (String hex : List.of("c6ffffffff", "db7fffffff", "ddffffffff", "dc0010", "c5ffff00", "bf")) {
            MessageReader reader = new MessageReader(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex)));
            assertThrows(
                    KumoException.class, hex.startsWith("dd") || hex.startsWith("dc") ? reader::open : reader::bytes);
        }
    }

    @Test
    void refusesWhatIsNestedTooDeeply() {
        ByteBuf deep = Unpooled.buffer();
        for (int i = 0; i < 100_000; i++) {
            deep.writeByte(0x91);
        }
        deep.writeByte(0xc0);
        MessageReader reader = new MessageReader(deep);
        reader.open();
        assertThrows(KumoException.class, () -> reader.close(1));
    }
}
