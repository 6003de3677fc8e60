package io.kumo.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.EntryKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The index beside a model that keeps every valid entry of every partition in a map. */
final class LogIndexTest {
    private static final int PARTITIONS = 5;
    private static final int FIRST_OFFSET = 28;

    private record Place(long segment, int offset) {}

    private final LogIndex index = new LogIndex();
    private final Map<Integer, TreeMap<Long, Place>> model = new HashMap<>();
    private final Map<Integer, Long> next = new HashMap<>();
    private final List<SegmentIndex> segments = new ArrayList<>();
    private int offset;

    static IntStream seeds() {
        return IntStream.range(0, 300);
    }

    private void roll() {
        SegmentIndex segment = new SegmentIndex();
        segments.add(segment);
        index.append(segments.size(), segment);
        offset = FIRST_OFFSET;
    }

    private void log(int partition, EntryKind kind, long epoch, long seq) {
        segments.get(segments.size() - 1).add(partition, kind, epoch, seq, offset, 70);
        TreeMap<Long, Place> valid = model.computeIfAbsent(partition, none -> new TreeMap<>());
        switch (kind) {
            case PUT, DELETE, FLUSH -> valid.put(seq, new Place(segments.size(), offset));
            case TRUNCATE -> valid.tailMap(seq, false).clear();
            case COPY_BEGIN, DROP -> valid.clear();
            case COPY_PUT, COPY_END -> {}
        }
        offset += 70;
    }

    private void step(Random random) {
        int partition = random.nextInt(PARTITIONS);
        long seq = next.getOrDefault(partition, 1L);
        int dice = random.nextInt(100);
        if (dice < 8) {
            roll();
        } else if (dice < 80) {
            log(partition, EntryKind.PUT, 1, seq);
            next.put(partition, seq + 1);
        } else if (dice < 90) {
            long to = Math.max(0, seq - 1 - random.nextInt(12));
            log(partition, EntryKind.TRUNCATE, 1, to);
            next.put(partition, to + 1);
        } else if (dice < 94) {
            log(partition, EntryKind.DROP, 1, seq);
            next.put(partition, 1L);
        } else {
            long to = seq + random.nextInt(20);
            log(partition, EntryKind.COPY_BEGIN, 2, to);
            for (int i = random.nextInt(4); i > 0; i--) {
                log(partition, EntryKind.COPY_PUT, 1, random.nextInt(10));
                if (random.nextInt(4) == 0) {
                    roll();
                }
            }
            log(partition, EntryKind.COPY_END, 2, to);
            next.put(partition, to + 1);
        }
    }

    private static Map<Long, Place> places(LogIndex index, int partition) {
        Map<Long, Place> places = new TreeMap<>();
        long before = -1;
        for (LogIndex.Piece piece : index.pieces(partition)) {
            assertTrue(before < 0 || piece.firstSeq() == before + 1, "a gap");
            for (long seq = piece.firstSeq(); seq <= piece.lastSeq(); seq++) {
                int at = PartitionRun.offset(
                        piece.run().location((int) (seq - piece.run().firstSeq())));
                places.put(seq, new Place(piece.segment(), at));
            }
            before = piece.lastSeq();
        }
        return places;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void knowsExactlyWhatIsValidAfterTruncatesCopiesAndDrops(int seed) {
        Random random = new Random(seed);
        roll();
        for (int i = 0; i < 200; i++) {
            step(random);
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
            assertEquals(model.getOrDefault(partition, new TreeMap<>()), places(index, partition));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aSidecarSaysWhatTheSegmentSaid(int seed) {
        Random random = new Random(seed);
        roll();
        for (int i = 0; i < 200; i++) {
            step(random);
        }
        LogIndex read = new LogIndex();
        for (int i = 0; i < segments.size(); i++) {
            ByteBuffer sidecar = segments.get(i).encode(1000 + i);
            assertTrue(SegmentIndex.decode(sidecar, 999).isEmpty(), "of another segment");
            SegmentIndex rows = SegmentIndex.decodeRows(sidecar, 1000 + i).orElseThrow();
            assertTrue(rows.sameRowsAs(segments.get(i)));
            SegmentIndex whole = SegmentIndex.decode(sidecar, 1000 + i).orElseThrow();
            assertTrue(whole.sameRowsAs(segments.get(i)));
            read.append(i + 1, whole);
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
            assertEquals(places(index, partition), places(read, partition));
            assertEquals(index.lastReset(partition), read.lastReset(partition));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aDamagedSidecarIsRefused(int seed) {
        Random random = new Random(seed);
        roll();
        for (int i = 0; i < 30; i++) {
            step(random);
        }
        ByteBuffer sidecar = segments.get(0).encode(1000);
        int rowsEnd = SegmentIndex.rowsEnd(sidecar);
        int at = random.nextInt(rowsEnd);
        sidecar.put(at, (byte) (sidecar.get(at) ^ 1 << random.nextInt(8)));
        assertTrue(SegmentIndex.decode(sidecar, 1000).isEmpty(), "byte " + at);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theOldestSegmentIsNeededExactlyWhileAStartWouldReadIt(int seed) {
        Random random = new Random(seed);
        roll();
        for (int i = 0; i < 120; i++) {
            step(random);
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
            long last = model.getOrDefault(partition, new TreeMap<>()).isEmpty()
                    ? 0
                    : model.get(partition).lastKey();
            for (long seq = 0; seq <= last; seq++) {
                PartitionState state = new PartitionState(2, seq, false, Bytes.EMPTY);
                ReplayPlan plan = ReplayPlan.of(index, partition, state);
                if (plan.damage().isEmpty()) {
                    assertEquals(plan.fromSegment() == 1, index.needsOldest(partition, state, false));
                }
            }
        }
    }

    @Test
    void recordsThatEndBeforeTheLogBeginsCanNotBeBroughtUp() {
        roll();
        log(1, EntryKind.PUT, 1, 10);
        assertTrue(ReplayPlan.of(index, 1, PartitionState.EMPTY).damage().contains("begins at 10"));
        assertEquals(
                "",
                ReplayPlan.of(index, 1, new PartitionState(1, 9, false, Bytes.EMPTY))
                        .damage());
    }
}
