package io.kumo.sim;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.sim.History.Op;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.PartitionHash;
import io.kumo.table.ServerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/** One run: faults for a while, then none; then everything must be there, be the same everywhere, and be served. */
final class Simulation {
    private static final long START = 2 * SimTime.SECOND;
    private static final long STILL_WORKING = 3 * SimTime.SECOND;
    private static final long HEALING = 25 * SimTime.SECOND;
    private static final long SERVING = 20 * SimTime.SECOND;
    private static final long REBALANCING = 240 * SimTime.SECOND;
    /** What copies may have to bring to joiners in the end, where their rate is bounded. */
    private static final long COPIED_BYTES = 4_000_000;

    private static final long LOOK_EVERY = 200 * SimTime.MS;
    /** A key is read at all its copies so many times at most, because the table changed meanwhile. */
    private static final int COMPARISONS = 20;

    /** In so many runs an operator verifies all copies at the end, and mends one that has lost a record. */
    private static final double VERIFIED = 0.2;

    private final long seed;
    private final Trace trace;
    private final SimCluster cluster;
    private final Faults faults;

    Simulation(long seed, int traceLines) {
        this.seed = seed;
        this.trace = new Trace(traceLines);
        this.cluster = new SimCluster(seed, trace);
        this.faults = new Faults(cluster);
    }

    Trace trace() {
        return trace;
    }

    SimCluster cluster() {
        return cluster;
    }

    /** Runs it; an AssertionError or another exception says what was wrong. */
    void run() {
        trace.say("seed " + seed + ": " + cluster + ", " + faults.kinds());
        cluster.start();
        cluster.runUntil(START);
        faults.start();
        long endNs = START + cluster.time().between(6 * SimTime.SECOND, 24 * SimTime.SECOND);
        cluster.runUntil(endNs);
        trace.say("*** faults end");
        faults.end();
        cluster.runUntil(endNs + STILL_WORKING);
        cluster.clients().forEach(each -> each.workload().stop());
        await(this::isIdle, HEALING);
        require(isIdle(), "operations never end");
        serveAll();
        awaitCopies();
        if (cluster.time().chance(VERIFIED)) {
            new VerifyCheck(cluster, this).run();
            awaitCopies();
        }
        checkCopies();
        await(this::doesNothingWait, SimTime.SECOND);
        require(doesNothingWait(), "primaries count operations that nobody waits for");
        checkHistories();
    }

    /** Once everybody was answered: a count that is wrong by one each time refuses operations some day. */
    private boolean doesNothingWait() {
        return cluster.servers().stream()
                .flatMap(server -> server.shards().all().stream())
                .flatMap(shard -> shard.all().stream())
                .allMatch(replica -> replica.view().waiting() == 0);
    }

    private boolean isIdle() {
        return cluster.clients().stream().allMatch(each -> each.workload().isIdle());
    }

    void await(BooleanSupplier condition, long mostNs) {
        long untilNs = cluster.time().nowNs() + mostNs;
        while (!condition.getAsBoolean() && cluster.time().nowNs() < untilNs) {
            cluster.runUntil(cluster.time().nowNs() + LOOK_EVERY);
        }
    }

    void require(boolean holds, String what) {
        if (!holds) {
            cluster.invariants().fail(what);
        }
    }

    /** Every key can be read, and every partition written, through each gateway. */
    private void serveAll() {
        TreeSet<String> missing = new TreeSet<>();
        for (SimCluster.Clients each : cluster.clients()) {
            TreeSet<String> keys =
                    new TreeSet<>(each.workload().history().byKey().keySet());
            keys.addAll(each.workload().kept().keySet());
            for (String key : keys) {
                String what = each.gateway().process + " reads " + key;
                missing.add(what);
                each.workload().read(key, () -> missing.remove(what));
            }
            for (int i = 0; i < cluster.partitionCount(); i++) {
                String what = each.gateway().process + " writes partition " + i;
                missing.add(what);
                each.workload().write(i, () -> missing.remove(what));
            }
        }
        boolean waitsForCopies = cluster.minCopies() > 1;
        long patience = SERVING + (waitsForCopies ? copyingNs() : 0);
        await(missing::isEmpty, patience);
        if (!missing.isEmpty() && isAnyRowUnreadable()) {
            cluster.forcePromote();
            await(missing::isEmpty, patience);
        }
        require(missing.isEmpty(), "not served, long after the last fault: " + missing);
    }

    /**
     * Whether there is a partition that only an operator can bring back: of a copy that became the only one before its
     * disk was damaged (that this was decided may come out later), or before it had all.
     */
    private boolean isAnyRowUnreadable() {
        return cluster.invariants().isDamagedOrForced()
                && cluster.invariants().newest().partitions().stream()
                        .anyMatch(row -> row.inSync().stream().noneMatch(copy -> isReadable(row, copy)));
    }

    private boolean isReadable(Partition row, ServerId copy) {
        return cluster.server(copy).shards().replica(row.id()).view().complete();
    }

    /** So long copies may take where their rate is bounded. */
    long copyingNs() {
        return cluster.copyRate() == 0 ? 0 : COPIED_BYTES * SimTime.SECOND / cluster.copyRate();
    }

    /** Every row has the copies that it should have. */
    private void awaitCopies() {
        await(this::isAtRestForLong, REBALANCING + copyingNs());
        if (!isAtRest()) {
            cluster.servers().forEach(server -> trace.say(server.shards().toString()));
        }
        require(
                isAtRest(),
                "not at rest, long after the last fault: "
                        + cluster.invariants().newest());
        cluster.runUntil(cluster.time().nowNs() + SimTime.SECOND);
    }

    /** A server that comes back sets things in motion again. */
    private boolean isAtRestForLong() {
        if (isAtRest()) {
            cluster.runUntil(cluster.time().nowNs() + SimTime.SECOND);
        }
        return isAtRest();
    }

    boolean isAtRest() {
        ClusterTable table = cluster.invariants().newest();
        return table.partitions().stream()
                        .allMatch(row -> row.joining().isEmpty()
                                && row.inSync().size() == table.copiesPossible()
                                && Set.copyOf(row.inSync()).equals(Set.copyOf(row.target()))
                                && row.isPrimary(row.target().get(0)))
                && cluster.servers().stream()
                        .allMatch(server ->
                                server.acting() != null && server.acting().version() == table.version());
    }

    /** All copies answer the same for all keys. */
    private void checkCopies() {
        TreeSet<String> keys = new TreeSet<>();
        for (SimCluster.Clients each : cluster.clients()) {
            keys.addAll(each.workload().history().byKey().keySet());
            keys.addAll(each.workload().kept().keySet());
        }
        for (String key : keys) {
            for (int attempts = 1; !areEqual(key, attempts == 1 && isFlushPlanned()); attempts++) {
                require(attempts < COMPARISONS, "tables change again and again, long after the last fault");
                awaitCopies();
            }
        }
    }

    /** Primaries may do it at any time, and copies hear of it a moment later. */
    private boolean isFlushPlanned() {
        return cluster.clients().stream().anyMatch(each -> each.workload().hasPlannedFlushes());
    }

    /** False if the table changed meanwhile: who gave a copy up answers nothing, and not all know it at once. */
    private boolean areEqual(String key, boolean mayDiffer) {
        int partition = PartitionHash.partitionOf(Bytes.utf8(key), cluster.partitionCount());
        ClusterTable table = cluster.invariants().newest();
        if (!isAtRest()) {
            return false;
        }
        Partition row = table.partition(partition);
        List<GetResult> answers = new ArrayList<>();
        List<String> refusals = new ArrayList<>();
        for (ServerId id : row.inSync()) {
            read(cluster.server(id), new Get(partition, table.version(), true, Bytes.utf8(key)), answers, refusals);
        }
        long untilNs = cluster.time().nowNs() + SimTime.SECOND;
        while (answers.size() + refusals.size() < row.inSync().size()
                && cluster.time().nowNs() < untilNs) {
            cluster.time().step();
        }
        if (cluster.invariants().newest().version() != table.version()) {
            return false;
        }
        long differences = answers.stream()
                .filter(answer -> key.charAt(0) != 'x' || answer.found()) // it may expire just now
                .distinct()
                .count();
        if (mayDiffer && differences > 1) {
            return false;
        }
        require(
                answers.size() == row.inSync().size() && differences <= 1,
                "copies of " + key + " differ: " + row + " " + answers + " " + refusals);
        return true;
    }

    static void read(SimServer server, Get get, List<GetResult> answers, List<String> refusals) {
        server.process.run(() -> server.shards().onGet(get, new SimHandlers.SimReply() {
            @Override
            public void ok(io.kumo.protocol.Message result) {
                answers.add((GetResult) result);
            }

            @Override
            public void fail(io.kumo.error.ErrorCode code) {
                refusals.add(server.process + " does not answer: " + code);
            }
        }));
    }

    private void checkHistories() {
        History all = new History();
        for (SimCluster.Clients each : cluster.clients()) {
            each.workload().history().byKey().forEach((key, ops) -> ops.forEach(op -> all.add(key, op)));
        }
        for (Map.Entry<String, List<Op>> entry : all.byKey().entrySet()) {
            int partition = PartitionHash.partitionOf(Bytes.utf8(entry.getKey()), cluster.partitionCount());
            boolean isPromised = entry.getKey().charAt(0) != Workload.ASYNC;
            if (isPromised && !cluster.invariants().isLossy(partition)) {
                checkHistory(entry.getKey(), partition, entry.getValue());
            }
        }
    }

    private void checkHistory(String key, int partition, List<Op> ops) {
        String verdict = "not linearizable";
        try {
            if (isLinearizable(partition, ops)) {
                return;
            }
        } catch (IllegalStateException e) {
            verdict = "perhaps not linearizable: " + e.getMessage();
        }
        ops.sort(Comparator.comparingLong(op -> op.calledNs));
        ops.forEach(op -> trace.say(key + " " + op));
        trace.say(Linearizability.explain(ops, faults.keepClocks()));
        cluster.invariants().fail(verdict + ": " + key + " of partition " + partition);
    }

    /** Where too many answers were lost, the servers' logs tell what became of the operations. */
    private boolean isLinearizable(int partition, List<Op> ops) {
        try {
            return Linearizability.isLinearizable(ops, faults.keepClocks());
        } catch (IllegalStateException e) {
            cluster.invariants().count("histories with inferred answers");
            for (Op op : ops) {
                if (!op.isKnown() && !op.isVoid && op.kind != null) {
                    long seq = cluster.invariants().seqOf(partition, op.session, op.counter);
                    if (seq == 0) {
                        op.isVoid = true;
                    } else {
                        op.infer((seq << 16) | partition);
                    }
                }
            }
            return Linearizability.isLinearizable(ops, faults.keepClocks());
        }
    }
}
