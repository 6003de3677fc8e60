package io.kumo.sim;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.protocol.Message;
import io.kumo.protocol.VerifyMessages.CopyDifference;
import io.kumo.protocol.VerifyMessages.Mend;
import io.kumo.protocol.VerifyMessages.MendResult;
import io.kumo.protocol.VerifyMessages.Verify;
import io.kumo.protocol.VerifyMessages.VerifyResult;
import io.kumo.server.replica.Answer;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** What {@code kumoctl verify} does: the primary compares the copies of a partition, piece by piece, or mends some. */
final class SimVerify {
    private final SimCluster cluster;
    private final int partition;
    private final Map<ServerId, Long> differing = new TreeMap<>();

    SimVerify(SimCluster cluster, int partition) {
        this.cluster = cluster;
        this.partition = partition;
    }

    /** Compares all; {@code then} hears how many keys each copy has otherwise, of none of the copies that have none. */
    void compare(Consumer<Map<ServerId, Long>> then) {
        compare(Bytes.EMPTY, then);
    }

    private void compare(Bytes after, Consumer<Map<ServerId, Long>> then) {
        ask(new Verify(partition, after), answer -> {
            VerifyResult piece = (VerifyResult) answer;
            cluster.invariants().count("verified pieces");
            for (CopyDifference copy : piece.copies()) {
                if (copy.keys() > 0) {
                    cluster.trace().say("verify: " + copy);
                    differing.merge(copy.copy(), copy.keys(), Long::sum);
                }
            }
            if (piece.lastKey().isEmpty()) {
                then.accept(differing);
            } else {
                compare(piece.lastKey(), then);
            }
        });
    }

    /** Copies of sound servers are equal at any time. */
    void expectEqual() {
        compare(found -> {
            cluster.invariants().count("verified partitions");
            if (!found.isEmpty() && !cluster.invariants().isLossy(partition)) {
                cluster.invariants().fail("partition " + partition + ": copies differ: " + found);
            }
        });
    }

    /** These copies, all if none is named, are compared with the primary's and mended, one after the other. */
    void mend(List<String> copies) {
        ask(
                new Mend(partition, copies, false),
                answer -> cluster.invariants().count("copies to be mended", ((MendResult) answer).copies()));
    }

    /** Tells how many copies are to be mended, or are not in sync again. */
    void askMending(IntConsumer then) {
        ask(new Mend(partition, List.of(), true), answer -> then.accept(((MendResult) answer).copies()));
    }

    /** The primary answers if it can; else nothing happens. */
    private void ask(Message call, Consumer<Message> then) {
        ClusterTable table = cluster.invariants().newest();
        if (table == null) {
            return;
        }
        table.partition(partition)
                .primary()
                .map(cluster::server)
                .ifPresent(primary ->
                        primary.process.run(() -> primary.shards().onOperator(partition, call, new Answer<>() {
                            @Override
                            public void ok(Message result) {
                                cluster.time().after(cluster.network().delayNs(), () -> then.accept(result));
                            }

                            @Override
                            public void fail(ErrorCode code) {
                                cluster.invariants().count("operators refused");
                            }
                        })));
    }
}
