package io.kumo.sim;

import io.kumo.protocol.EntryKind;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.Replicated;
import io.kumo.server.replica.ReplicaRole;
import io.kumo.table.ClusterTable;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** What a copy told the primary of an epoch that it has, it does not undo: acknowledged writes may be among that. */
final class KeptWords {
    private record Copy(SimServer server, long life, int partition) {}

    /** It has entries up to that seq. */
    private record Word(long epoch, long seq) {}

    private final Map<Copy, Word> words = new HashMap<>();

    private static Copy copyOf(SimServer server, int partition) {
        return new Copy(server, server.process.life(), partition);
    }

    void onReplicated(SimServer server, Replicated said) {
        words.merge(
                copyOf(server, said.partition()),
                new Word(said.epoch(), said.seq()),
                (old, word) -> old.epoch() == word.epoch() && old.seq() > word.seq() ? old : word);
    }

    /** Nobody relies on what it said before if it left, and perhaps joins anew. */
    void onRole(SimServer server, int partition, ReplicaRole role) {
        if (role == ReplicaRole.NONE || role == ReplicaRole.JOINING) {
            words.remove(copyOf(server, partition));
        }
    }

    /** It appends that entry. */
    void check(SimServer server, ClusterTable acting, int partition, LogEntry entry) {
        Word said = words.get(copyOf(server, partition));
        boolean isCopy = acting != null && acting.partition(partition).names(server.id);
        if (said == null || !isCopy || entry.kind() == EntryKind.COPY_BEGIN || entry.kind() == EntryKind.DROP) {
            words.remove(copyOf(server, partition));
        } else if (entry.kind() == EntryKind.TRUNCATE
                && acting.partition(partition).epoch() == said.epoch()
                && entry.seq() < said.seq()) {
            throw new AssertionError(String.format(
                    Locale.ROOT,
                    "partition %d: %s undoes all beyond %d in epoch %d, and said that it has %d",
                    partition,
                    server.process,
                    entry.seq(),
                    said.epoch(),
                    said.seq()));
        }
    }
}
