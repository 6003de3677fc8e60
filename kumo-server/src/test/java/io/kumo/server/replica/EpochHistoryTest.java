package io.kumo.server.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kumo.protocol.ReplicationMessages.EpochStart;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EpochHistoryTest {
    private static EpochHistory of(long... epochs) {
        EpochHistory history = new EpochHistory();
        for (int i = 0; i < epochs.length; i++) {
            history.append(epochs[i], i + 1);
        }
        return history;
    }

    @Test
    void knowsTheEpochOfEachEntry() {
        EpochHistory history = of(1, 1, 4, 4, 9);
        assertEquals(0, history.epochAt(0));
        assertEquals(1, history.epochAt(2));
        assertEquals(4, history.epochAt(3));
        assertEquals(9, history.lastEpoch());
        history.truncate(4);
        assertEquals(4, history.lastEpoch());
        assertEquals(List.of(new EpochStart(1, 1)), history.starts(2));
    }

    @Test
    void whatIsLeftAfterACutKeepsItsEpoch() {
        EpochHistory history = of(1, 1, 4, 4, 9);
        history.truncate(3);
        assertEquals(4, history.lastEpoch());
        history.truncate(2);
        assertEquals(1, history.lastEpoch());
    }

    @Test
    void copiesPartWhereTheLaterEpochBegan() {
        assertEquals(1, of(1, 1, 1).commonSeq(3, List.of(new EpochStart(1, 1), new EpochStart(2, 2)), 3));
        assertEquals(1, of(1, 2, 2).commonSeq(3, List.of(new EpochStart(1, 1)), 3));
    }

    @Test
    void knowsNothingOnceItIsCleared() {
        EpochHistory history = of(1, 4);
        history.clear();
        assertEquals(0, history.lastEpoch());
        history.append(2, 1);
        assertEquals(List.of(new EpochStart(2, 1)), history.starts(9));
    }

    @Test
    void anEpochDoesNotGoBack() {
        assertThrows(IllegalStateException.class, () -> of(1, 3, 3, 2));
        assertThrows(IllegalStateException.class, () -> of(1, 3, 2));
    }

    @Test
    void forgetsTheOldest() {
        EpochHistory history = new EpochHistory();
        for (int i = 1; i <= EpochHistory.MAX_EPOCHS + 2; i++) {
            history.append(i, i);
        }
        assertEquals(EpochHistory.UNKNOWN, history.epochAt(2));
        assertEquals(3, history.epochAt(3));
        assertEquals(EpochHistory.UNKNOWN, history.commonSeq(200, List.of(new EpochStart(1, 1)), 2));
    }

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    /** Two copies of one history, cut and continued apart: the common part is what an entry by entry look finds. */
    @ParameterizedTest
    @MethodSource("seeds")
    void findsWhereTwoCopiesPart(long seed) {
        Random random = new Random(seed);
        long[] one = new long[random.nextInt(12)];
        long[] other = new long[random.nextInt(12)];
        int same = random.nextInt(Math.min(one.length, other.length) + 1);
        long epoch = 1;
        for (int i = 0; i < same; i++) {
            epoch += random.nextInt(3) == 0 ? 1 : 0;
            one[i] = epoch;
            other[i] = epoch;
        }
        fill(one, same, epoch + 1, random);
        fill(other, same, epoch + 2, random);
        long common = of(one).commonSeq(one.length, of(other).starts(other.length), other.length);
        assertEquals(same, common);
    }

    /** Epochs of the two differ by parity: no two primaries share one. */
    private static void fill(long[] epochs, int from, long first, Random random) {
        long epoch = first;
        for (int i = from; i < epochs.length; i++) {
            epochs[i] = epoch;
            epoch += 2L * random.nextInt(2);
        }
    }
}
