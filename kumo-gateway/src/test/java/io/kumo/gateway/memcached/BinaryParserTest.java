package io.kumo.gateway.memcached;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.gateway.memcached.ParseResult.BadFrame;
import io.kumo.gateway.memcached.ParseResult.Incomplete;
import io.kumo.gateway.memcached.ParseResult.Malformed;
import io.kumo.gateway.memcached.ParseResult.Parsed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class BinaryParserTest {
    private static final int MAX_VALUE_BYTES = 1000;

    private final BinaryParser parser = new BinaryParser(MAX_VALUE_BYTES, 250);

    static IntStream seeds() {
        return IntStream.range(0, 20);
    }

    private static ByteBuf frame(int opcode, int extraBytes, String key, int valueBytes) {
        ByteBuf out = Unpooled.buffer();
        out.writeByte(BinaryParser.MAGIC).writeByte(opcode).writeShort(key.length());
        out.writeByte(extraBytes).writeByte(0).writeShort(0);
        out.writeInt(extraBytes + key.length() + valueBytes).writeInt(77).writeLong(88);
        for (int i = 0; i < extraBytes; i++) {
            out.writeByte(i);
        }
        return out.writeBytes(Bytes.utf8(key).toArray()).writeZero(valueBytes);
    }

    private ParseResult parse(ByteBuf in) {
        return parser.parse(in, in.readerIndex(), 0);
    }

    @Test
    void readsAllFieldsOfASet() {
        Parsed parsed = assertInstanceOf(Parsed.class, parse(frame(0x11, 8, "key", 5)));
        BinaryCommand command = (BinaryCommand) parsed.command();
        assertEquals(BinaryOpcode.SET, command.opcode());
        assertTrue(command.quiet());
        assertEquals(0x11, command.wireOpcode());
        assertEquals(77, command.opaque());
        assertEquals(88, command.cas());
        assertEquals(0x00010203, command.flags());
        assertEquals(0x04050607, command.exptime());
        assertEquals(Bytes.utf8("key"), command.key());
        assertEquals(5, command.value().length());
        assertEquals(24 + 8 + 3 + 5, parsed.consumed());
    }

    @ParameterizedTest
    @CsvSource({
        // opcode, extras, key, value, status, close
        "0x00, 0, '', 0, 0x04, true",
        "0x00, 4, k, 0, 0x04, true",
        "0x00, 0, k, 1, 0x04, true",
        "0x01, 0, k, 1, 0x04, true",
        "0x05, 0, k, 0, 0x04, true",
        "0x0a, 0, '', 1, 0x04, true",
        "0x1c, 0, k, 0, 0x04, true",
        "0x08, 1, '', 0, 0x04, true",
        "0x1f, 0, '', 9, 0x81, false",
        "0xff, 0, k, 3, 0x81, false",
        "0x0e, 0, k, 1001, 0x03, false",
        "0x01, 8, k, 1001, 0x03, false"
    })
    void refusesAsMemcachedDoes(String opcode, int extras, String key, int value, String status, boolean close) {
        ByteBuf in = frame(Integer.decode(opcode), extras, key, value);
        BadFrame bad = assertInstanceOf(BadFrame.class, parse(in));
        assertEquals(Integer.decode(status), bad.status());
        assertEquals(close, bad.close());
        if (!close) {
            assertEquals(in.readableBytes(), bad.consumed() + bad.swallow(), "all of the frame goes");
        }
    }

    @Test
    void nothingButFramesIsTaken() {
        Malformed text = assertInstanceOf(
                Malformed.class,
                parse(Unpooled.wrappedBuffer(Bytes.utf8("get a\r\n").toArray())));
        assertTrue(text.close());
        assertEquals("", text.reply());
    }

    @Test
    void asksForNoMoreThanTheHeaderAndThenTheFrame() {
        ByteBuf whole = frame(0x01, 8, "key", 500);
        for (int bytes = 0; bytes < whole.readableBytes(); bytes++) {
            Incomplete incomplete = assertInstanceOf(Incomplete.class, parse(whole.slice(0, bytes)));
            assertEquals(bytes < 24 ? 24 : whole.readableBytes(), incomplete.atLeast());
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void givesTheSameHoweverTheStreamIsSplit(int seed) {
        Random random = new Random(seed);
        ByteBuf stream = Unpooled.buffer();
        for (int i = 0; i < 200; i++) {
            stream.writeBytes(frame(random.nextInt(0x26), random.nextInt(3) * 4, "k".repeat(random.nextInt(4)), 0));
        }
        List<ParseResult> whole = read(stream, stream.readableBytes());
        List<ParseResult> split = read(stream, 1 + random.nextInt(40));
        assertEquals(whole, split);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void survivesRandomBytes(int seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            if (noise.length > 2) {
                noise[0] = (byte) BinaryParser.MAGIC;
                noise[1] = (byte) random.nextInt(0x26);
            }
            ParseResult result = parse(Unpooled.wrappedBuffer(noise));
            if (result instanceof Incomplete incomplete) {
                assertTrue(incomplete.atLeast() <= 24 + 255 + 250 + MAX_VALUE_BYTES, "too much is waited for");
            }
        }
    }

    /** What comes of the stream, read in pieces. */
    private List<ParseResult> read(ByteBuf stream, int step) {
        List<ParseResult> results = new ArrayList<>();
        int at = 0;
        for (int end = step; at < stream.readableBytes(); end = Math.min(end + step, stream.readableBytes())) {
            ByteBuf seen = stream.slice(0, end);
            while (at < end) {
                ParseResult result = parser.parse(seen, at, 0);
                if (result instanceof Incomplete) {
                    break;
                }
                results.add(result);
                at += result instanceof Parsed parsed
                        ? parsed.consumed()
                        : ((ParseResult.Refusal) result).consumed() + (int) ((ParseResult.Refusal) result).swallow();
                if (result instanceof ParseResult.Refusal refusal && refusal.close()) {
                    return results;
                }
            }
            if (end == stream.readableBytes()) {
                break;
            }
        }
        return results;
    }
}
