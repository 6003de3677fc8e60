package io.kumo.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FrameDecoderTest {
    private static final int MAX = 5000;

    static IntStream seeds() {
        return IntStream.range(0, 200);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void findsTheSameFramesHoweverTheStreamIsCut(int seed) {
        Random random = new Random(seed);
        ByteBuf stream = Unpooled.buffer();
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            byte[] content = new byte[random.nextInt(10) == 0 ? MAX : random.nextInt(60)];
            random.nextBytes(content);
            stream.writeInt(content.length).writeBytes(content);
            sent.add(ByteBufUtil.hexDump(content));
        }
        FrameDecoder decoder = new FrameDecoder(MAX);
        List<String> got = new ArrayList<>();
        List<ByteBuf> fed = new ArrayList<>();
        while (stream.isReadable()) {
            int piece = Math.min(stream.readableBytes(), 1 + random.nextInt(1 << random.nextInt(12)));
            ByteBuf in = Unpooled.copiedBuffer(stream.readSlice(piece));
            fed.add(in);
            decoder.feed(in);
            boolean takesAll = !stream.isReadable() || random.nextBoolean(); // the others wait for more of the stream
            while (takesAll || random.nextInt(3) > 0) {
                ByteBuf frame = decoder.frame();
                if (frame == null) {
                    break;
                }
                got.add(ByteBufUtil.hexDump(frame));
                frame.skipBytes(random.nextInt(frame.readableBytes() + 1)); // a reader need not read all
            }
        }
        assertEquals(sent, got);
        assertEquals(0, decoder.heldBytes());
        fed.forEach(in -> assertEquals(0, in.refCnt(), "not released"));
    }

    @Test
    void refusesAnOversizedFrameWhenItHasSeenItsLengthOnly() {
        FrameDecoder decoder = new FrameDecoder(MAX);
        decoder.feed(Unpooled.buffer().writeInt(MAX + 1));
        KumoException e = assertThrows(KumoException.class, decoder::frame);
        assertEquals(ErrorCode.TOO_LARGE, e.code());
        decoder.release();
    }

    @Test
    void refusesANegativeLength() {
        FrameDecoder decoder = new FrameDecoder(MAX);
        decoder.feed(Unpooled.buffer().writeInt(-1));
        assertThrows(KumoException.class, decoder::frame);
        decoder.release();
    }

    @Test
    void allocatesForWhatCameNotForWhatWasAnnounced() {
        FrameDecoder decoder = new FrameDecoder(1 << 30);
        ByteBuf header = Unpooled.buffer(8).writeInt(1 << 30);
        decoder.feed(header);
        assertNull(decoder.frame());
        decoder.feed(Unpooled.buffer(8).writeLong(1));
        assertNull(decoder.frame());
        assertEquals(12, decoder.heldBytes());
        decoder.release();
        assertEquals(0, decoder.heldBytes());
    }
}
