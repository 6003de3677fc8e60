package io.kumo.manager.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.manager.plan.RebalanceStep.AddJoiner;
import io.kumo.manager.plan.RebalanceStep.MovePrimary;
import io.kumo.manager.plan.RebalanceStep.RemoveCopy;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RebalancePlannerTest {
    private static final ServerId A = new ServerId(1);
    private static final ServerId B = new ServerId(2);
    private static final ServerId C = new ServerId(3);
    private static final ServerId D = new ServerId(4);

    static IntStream seeds() {
        return IntStream.range(0, 200);
    }

    @Test
    void addsACopyBeforeThePrimaryMovesAndAnotherGoes() {
        Partition row = row(List.of(A, B, C), List.of(), List.of(D, B, C));
        assertEquals(Optional.of(new AddJoiner(7, D)), next(row));
        row = row(List.of(A, B, C), List.of(D), List.of(D, B, C));
        assertEquals(Optional.empty(), next(row));
        row = row(List.of(A, B, C, D), List.of(), List.of(D, B, C));
        assertEquals(Optional.of(new MovePrimary(7, D)), next(row));
        row = new MovePrimary(7, D).applyTo(row);
        assertEquals(2, row.epoch());
        assertEquals(Optional.of(new RemoveCopy(7, A)), next(row));
        row = new RemoveCopy(7, A).applyTo(row);
        assertEquals(List.of(D, B, C), row.inSync());
        assertEquals(Optional.empty(), next(row));
    }

    @Test
    void keepsACopyWhoseSuccessorIsAway() {
        Partition row = row(List.of(A, B, C), List.of(), List.of(B, C, D));
        assertEquals(Optional.of(new MovePrimary(7, B)), next(row, id -> !id.equals(D)));
        row = row(List.of(B, A, C), List.of(), List.of(B, C, D));
        assertEquals(Optional.empty(), next(row, id -> !id.equals(D)));
    }

    @Test
    void forgetsAJoinerThatIsNoLongerWanted() {
        Partition row = row(List.of(A, B, C), List.of(D), List.of(A, B, C));
        assertEquals(Optional.of(new RemoveCopy(7, D)), next(row));
    }

    @Test
    void leavesARowAloneThatNobodyHasOrThatHasNoTarget() {
        assertEquals(Optional.empty(), next(row(List.of(), List.of(), List.of(A))));
        assertEquals(Optional.empty(), next(row(List.of(A), List.of(), List.of())));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void reachesTheTargetAndNeverHasFewerCopiesThanBefore(int seed) {
        Random random = new Random(seed);
        List<ServerId> inSync = some(random, 1 + random.nextInt(3));
        List<ServerId> target = some(random, 1 + random.nextInt(3));
        Partition row = row(inSync, List.of(), target);
        int fewest = Math.min(inSync.size(), target.size());
        Optional<RebalanceStep> step = next(row);
        for (int steps = 0; step.isPresent() || !row.joining().isEmpty(); steps++) {
            assertTrue(steps < 20, "no end in sight");
            row = step.isPresent() ? step.get().applyTo(row) : joined(row);
            assertTrue(row.inSync().size() >= fewest, "too few copies");
            step = next(row);
        }
        assertEquals(target.get(0), row.inSync().get(0));
        assertEquals(sorted(target), sorted(row.inSync()));
        assertEquals(0, RebalancePlanner.remainingMoves(row));
    }

    private static Optional<RebalanceStep> next(Partition row) {
        return next(row, id -> true);
    }

    private static Optional<RebalanceStep> next(Partition row, Predicate<ServerId> isAlive) {
        return RebalancePlanner.next(row, isAlive, server -> false);
    }

    private static Partition joined(Partition row) {
        List<ServerId> inSync = new ArrayList<>(row.inSync());
        inSync.addAll(row.joining());
        return row.with(row.epoch(), inSync, List.of());
    }

    private static Partition row(List<ServerId> inSync, List<ServerId> joining, List<ServerId> target) {
        return new Partition(7, 1, inSync, joining, target);
    }

    private static List<ServerId> sorted(List<ServerId> ids) {
        return ids.stream().sorted().toList();
    }

    private static List<ServerId> some(Random random, int count) {
        List<ServerId> all = new ArrayList<>(Arrays.asList(A, B, C, D));
        Collections.shuffle(all, random);
        return List.copyOf(all.subList(0, count));
    }
}
