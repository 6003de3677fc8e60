package io.kumo.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.protocol.LogEntry;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class LogFrameTest {
    private final LogFrame frames = new LogFrame();

    static IntStream seeds() {
        return IntStream.range(0, 50);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void anEntryComesBackAsItWas(int seed) {
        Random random = new Random(seed);
        LogEntry entry = Entries.random(random);
        int lead = random.nextInt(20);
        ByteBuffer buffer = ByteBuffer.allocateDirect(lead + LogFrame.lengthOf(entry) + 5);
        buffer.position(lead);
        frames.encode(77, entry, buffer);
        assertEquals(lead + LogFrame.lengthOf(entry), buffer.position());
        assertEquals(LogFrame.lengthOf(entry), LogFrame.frameBytes(buffer, lead));
        assertTrue(frames.isSound(buffer, lead));
        assertEquals(77, LogFrame.partition(buffer, lead));
        assertEquals(entry.epoch(), LogFrame.epoch(buffer, lead));
        assertEquals(entry.seq(), LogFrame.seq(buffer, lead));
        assertEquals(entry.kind(), LogFrame.kind(buffer, lead));
        assertEquals(entry, LogFrame.decode(buffer, lead));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void anyFlippedBitAndAnyMissingEndIsSeen(int seed) {
        Random random = new Random(seed);
        LogEntry entry = Entries.random(random);
        ByteBuffer buffer = ByteBuffer.allocate(LogFrame.lengthOf(entry));
        frames.encode(3, entry, buffer);
        buffer.flip();
        for (int i = 0; i < buffer.limit(); i++) {
            byte good = buffer.get(i);
            buffer.put(i, (byte) (good ^ 1 << random.nextInt(8)));
            assertFalse(frames.isSound(buffer, 0), "byte " + i);
            buffer.put(i, good);
        }
        for (int limit = 0; limit < buffer.capacity(); limit++) {
            buffer.limit(limit);
            assertFalse(frames.isSound(buffer, 0), "limit " + limit);
        }
    }

    @Test
    void zerosAreNoFrame() {
        assertEquals(-1, LogFrame.frameBytes(ByteBuffer.allocate(100), 0));
    }
}
