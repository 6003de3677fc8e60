package io.kumo.server.runtime;

import io.kumo.base.Bytes;
import io.kumo.protocol.LogEntry;
import io.kumo.server.replica.Checkpoint;
import io.kumo.server.replica.Recovery;
import io.kumo.server.store.PartitionChange;
import io.kumo.server.store.PartitionState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Translates between what a replica wants kept and what the store keeps. */
final class StoredStates {
    private static final Comparator<LogEntry> BY_KEY = Comparator.comparing(LogEntry::key);

    private StoredStates() {}

    /** The first byte says whether the records are complete, the rest is the replica's own. */
    static PartitionState stateOf(Checkpoint checkpoint) {
        byte[] own = checkpoint.state().unsafeArray();
        byte[] kept = new byte[own.length + 1];
        kept[0] = (byte) (checkpoint.complete() ? 1 : 0);
        System.arraycopy(own, 0, kept, 1, own.length);
        return new PartitionState(checkpoint.epoch(), checkpoint.seq(), false, Bytes.wrap(kept));
    }

    /** What {@link #stateOf} was made from. */
    static Recovery recoveryOf(PartitionState state) {
        if (state.equals(PartitionState.EMPTY)) {
            return Recovery.NONE;
        }
        byte[] kept = state.replica().unsafeArray();
        if (kept.length == 0) {
            return new Recovery(state.epoch(), state.seq(), true, Bytes.EMPTY);
        }
        return new Recovery(state.epoch(), state.seq(), kept[0] != 0, Bytes.copyOf(kept, 1, kept.length - 1));
    }

    /** Whether nothing is left of the partition, not even that it was here. */
    private static boolean isDrop(Checkpoint checkpoint) {
        return checkpoint.wipe()
                && checkpoint.complete()
                && checkpoint.seq() == 0
                && checkpoint.records().isEmpty();
    }

    /**
     * The transactions that take some checkpoints to the store, each of about {@code maxBytes} of records in memory.
     * Only the last part of a partition moves its state: after a crash in between, the log does the rest once more.
     */
    static List<List<PartitionChange>> transactions(List<Checkpoint> checkpoints, long maxBytes) {
        List<List<PartitionChange>> transactions = new ArrayList<>();
        List<PartitionChange> current = new ArrayList<>();
        long room = maxBytes;
        for (Checkpoint checkpoint : checkpoints) {
            if (isDrop(checkpoint)) {
                current.add(PartitionChange.drop(checkpoint.partition()));
                continue;
            }
            List<LogEntry> records = new ArrayList<>(checkpoint.records());
            records.sort(BY_KEY);
            int from = 0;
            for (int to = 0; to < records.size(); to++) {
                if (room <= 0) {
                    if (to > from) {
                        boolean isFirst = from == 0;
                        List<LogEntry> part = records.subList(from, to);
                        current.add(PartitionChange.part(checkpoint.partition(), checkpoint.wipe() && isFirst, part));
                    }
                    transactions.add(current);
                    current = new ArrayList<>();
                    from = to;
                    room = maxBytes;
                }
                room -= records.get(to).footprintBytes();
            }
            current.add(new PartitionChange(
                    checkpoint.partition(),
                    checkpoint.wipe() && from == 0,
                    records.subList(from, records.size()),
                    Optional.of(stateOf(checkpoint)),
                    false));
        }
        if (!current.isEmpty()) {
            transactions.add(current);
        }
        return transactions;
    }
}
