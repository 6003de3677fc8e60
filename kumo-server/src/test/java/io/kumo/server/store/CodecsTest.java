package io.kumo.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.LogEntry;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class CodecsTest {
    static IntStream seeds() {
        return IntStream.range(0, 50);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aRecordKeepsWhatAReaderNeeds(int seed) {
        LogEntry entry = Entries.random(new Random(seed));
        byte[] stored = RecordCodec.encode(5, entry);
        LogEntry record = RecordCodec.decode(5, entry.key(), stored, stored.length);
        assertEquals(entry.epoch(), record.epoch());
        assertEquals(entry.seq(), record.seq());
        assertEquals(entry.flags(), record.flags());
        assertEquals(entry.expiryMs(), record.expiryMs());
        assertEquals(entry.value(), record.value());
        assertEquals(entry.cas(), record.cas());
        assertEquals(entry.marks(), record.marks());
        assertEquals(entry.key(), record.key());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aDamagedOrMisplacedRecordIsSeen(int seed) {
        Random random = new Random(seed);
        LogEntry entry = Entries.random(random);
        byte[] stored = RecordCodec.encode(5, entry);
        for (int i = 0; i < stored.length; i++) {
            byte good = stored[i];
            stored[i] ^= (byte) (1 << random.nextInt(8));
            assertCorrupt(5, entry.key(), stored, stored.length);
            stored[i] = good;
        }
        assertCorrupt(5, entry.key(), stored, stored.length - 1);
        assertCorrupt(6, entry.key(), stored, stored.length);
        assertCorrupt(5, entry.key().concat(Bytes.utf8("x")), stored, stored.length);
    }

    private static void assertCorrupt(int partition, Bytes key, byte[] stored, int length) {
        KumoException seen =
                assertThrows(KumoException.class, () -> RecordCodec.decode(partition, key, stored, length));
        assertEquals(ErrorCode.CORRUPT, seen.code());
    }

    @Test
    void aStateComesBackOrIsSeenToBeDamaged() {
        PartitionState state = new PartitionState(3, 9, true, Bytes.utf8("opaque"));
        byte[] stored = StateCodec.encode(5, state);
        assertEquals(Optional.of(state), StateCodec.decode(5, stored, stored.length));
        assertEquals(Optional.empty(), StateCodec.decode(6, stored, stored.length));
        for (int i = 0; i < stored.length; i++) {
            stored[i] ^= 4;
            assertEquals(Optional.empty(), StateCodec.decode(5, stored, stored.length));
            stored[i] ^= 4;
        }
    }

    @Test
    void marksAreReadUpToTheFirstTornOrDamagedFrame() {
        List<CheckpointMark> first = List.of(new CheckpointMark(1, 2, 3, 4), new CheckpointMark(2, 5, 6, 7));
        List<CheckpointMark> second = List.of(new CheckpointMark(1, 2, 8, 9));
        ByteBuffer one = CheckpointMark.encode(first);
        ByteBuffer both = ByteBuffer.allocate(200).put(one.duplicate()).put(CheckpointMark.encode(second));
        int end = both.position();
        assertEquals(3, CheckpointMark.decodeAll(both.duplicate().flip()).size());
        for (int limit = one.limit(); limit < end; limit++) {
            ByteBuffer torn = both.duplicate().position(0).limit(limit);
            assertEquals(first, CheckpointMark.decodeAll(torn));
        }
        both.put(one.limit() + 20, (byte) 99);
        assertEquals(first, CheckpointMark.decodeAll(both.duplicate().flip()));
        assertEquals(List.of(), CheckpointMark.decodeAll(ByteBuffer.allocate(100)));
    }

    @Test
    void writesAreRefusedBelowTheLowMarkUntilTheHighOne() {
        DiskSpaceRule rule = new DiskSpaceRule(100, 200);
        assertFalse(rule.onUsable(100));
        assertTrue(rule.onUsable(99));
        assertTrue(rule.onUsable(199));
        assertTrue(rule.isFull());
        assertFalse(rule.onUsable(200));
        assertFalse(rule.onUsable(101));
    }
}
