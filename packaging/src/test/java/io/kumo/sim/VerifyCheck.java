package io.kumo.sim;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.LogEntry;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * At the end of a run an operator verifies all partitions: copies are equal, record by record, with their versions.
 * Then one copy loses a record in its store; that is found, named, and mended.
 */
final class VerifyCheck {
    private static final long PATIENCE = 30 * SimTime.SECOND;
    private static final long MENDING = 120 * SimTime.SECOND;
    private static final int ATTEMPTS = 10;

    private final SimCluster cluster;
    private final Simulation run;

    VerifyCheck(SimCluster cluster, Simulation run) {
        this.cluster = cluster;
        this.run = run;
    }

    void run() {
        if (cluster.copyRate() == 0) {
            for (int i = 0; i < cluster.partitionCount(); i++) {
                requireEqual(i);
            }
        } else {
            requireEqual(cluster.busyPartition()); // what is read counts against the rate of copies
        }
        loseSome();
    }

    private void requireEqual(int partition) {
        Map<ServerId, Long> differing = compare(partition);
        run.require(
                differing.isEmpty() || cluster.invariants().isLossy(partition),
                "partition " + partition + ": copies differ at rest: " + differing);
    }

    /** The table may change meanwhile, and another primary has to be asked. */
    private Map<ServerId, Long> compare(int partition) {
        AtomicReference<Map<ServerId, Long>> found = new AtomicReference<>();
        for (int i = 0; i < ATTEMPTS && found.get() == null; i++) {
            new SimVerify(cluster, partition).compare(found::set);
            run.await(() -> found.get() != null, PATIENCE);
        }
        run.require(found.get() != null, "partition " + partition + " can't be verified");
        return found.get();
    }

    /** One that is only in the store: of others there is a newer one in memory, or the same. */
    private void loseSome() {
        List<Integer> partitions = new ArrayList<>();
        for (int i = 0; i < cluster.partitionCount(); i++) {
            partitions.add(i);
        }
        Collections.shuffle(partitions, cluster.time().random());
        for (int partition : partitions) {
            Partition row = cluster.invariants().newest().partition(partition);
            if (run.isAtRest()
                    && row.inSync().size() > 1
                    && !cluster.invariants().isLossy(partition)) {
                SimServer primary = cluster.server(row.inSync().get(0));
                SimServer copy = cluster.server(row.inSync().get(1));
                Bytes key = lost(primary, copy, partition);
                if (key != null) {
                    mend(copy, partition, key);
                    return;
                }
            }
        }
    }

    private @Nullable Bytes lost(SimServer primary, SimServer copy, int partition) {
        List<Bytes> keys = copy.disk().records(partition).byKey.values().stream()
                .filter(record -> record.expiryMs() == 0) // others may be swept before they are mended
                .map(LogEntry::key)
                .toList();
        for (Bytes key : keys.subList(0, Math.min(ATTEMPTS, keys.size()))) {
            if (has(primary, partition, key)
                    && copy.disk().records(partition).byKey.containsKey(key)) {
                copy.disk().lose(partition, key);
                // A newer one in memory may have expired just now: that is no loss.
                if (!has(copy, partition, key) && has(primary, partition, key)) {
                    return key;
                }
                copy.disk().restore(partition, key);
            }
        }
        return null;
    }

    private void mend(SimServer copy, int partition, Bytes key) {
        cluster.trace().say("*** " + copy.process + " lost the record of " + key);
        cluster.invariants().count("lost records");
        Map<ServerId, Long> found = compare(partition);
        run.require(found.containsKey(copy.id), copy.process + " lost " + key + ", and nobody noticed: " + found);
        new SimVerify(cluster, partition).mend(List.of(copy.id.toString()));
        AtomicInteger mending = new AtomicInteger(1);
        run.await(() -> isMended(partition, mending), MENDING + run.copyingNs());
        run.require(isMended(partition, mending), copy.process + " is never mended");
        run.require(has(copy, partition, key), copy.process + " was mended, and still lacks " + key);
        requireEqual(partition);
    }

    private boolean isMended(int partition, AtomicInteger mending) {
        new SimVerify(cluster, partition).askMending(mending::set);
        return mending.get() == 0 && run.isAtRest();
    }

    /** By what the server itself answers. */
    private boolean has(SimServer server, int partition, Bytes key) {
        List<GetResult> answers = new ArrayList<>();
        List<String> refusals = new ArrayList<>();
        long version = cluster.invariants().newest().version();
        Simulation.read(server, new Get(partition, version, true, key), answers, refusals);
        run.await(() -> answers.size() + refusals.size() > 0, SimTime.SECOND);
        return answers.stream().anyMatch(GetResult::found);
    }
}
