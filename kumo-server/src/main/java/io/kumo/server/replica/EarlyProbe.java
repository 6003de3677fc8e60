package io.kumo.server.replica;

import io.kumo.protocol.ReplicationMessages.Replicate;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a new primary asked before this copy heard of the table that made it the primary; answered once that is here.
 * Else the primary would ask again only after a fifth of a second, and a hand-over would take that long. The last
 * question is kept, and only one without entries, so that it takes no room.
 */
final class EarlyProbe {
    private @Nullable ServerId from;
    private @Nullable Replicate message;

    void keep(ServerId asker, Replicate question, @Nullable ClusterTable known) {
        boolean isEarly = known == null || question.tableVersion() > known.version();
        if (isEarly && question.entries().isEmpty()) {
            from = asker;
            message = question;
        }
    }

    /** A newer table is here. */
    void answer(BiConsumer<ServerId, Replicate> taker) {
        ServerId asker = from;
        Replicate question = message;
        from = null;
        message = null;
        if (asker != null && question != null) {
            taker.accept(asker, question);
        }
    }
}
