package io.kumo.server.runtime;

import io.kumo.server.replica.ReplicaEvent;
import io.kumo.server.replica.ReplicaEvent.Activated;
import io.kumo.server.replica.ReplicaEvent.CopyLacksEntries;
import io.kumo.server.replica.ReplicaEvent.CopyStarted;
import io.kumo.server.replica.ReplicaEvent.Damaged;
import io.kumo.server.replica.ReplicaEvent.Dropped;
import io.kumo.server.replica.ReplicaEvent.Joined;
import io.kumo.server.replica.ReplicaEvent.RoleChanged;
import io.kumo.server.replica.ReplicaEvent.Undone;
import io.kumo.server.replica.ReplicaEvent.Unresponsive;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to partitions, for people: a thousand of them change at once, so the log gets a line per second with
 * counts, and one for each only at TRACE. Told on any event loop.
 */
final class EventLog {
    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

    /** What is counted, in the words of the log. */
    private enum Kind {
        ROLE_CHANGED("roles_changed"),
        ACTIVATED("activated"),
        UNDONE("undone_entries"),
        COPY_STARTED("copies_started"),
        JOINED("joined"),
        UNRESPONSIVE("unresponsive"),
        DROPPED("dropped");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    private final Map<Kind, LongAdder> counts = new EnumMap<>(Kind.class);

    EventLog() {
        for (Kind kind : Kind.values()) {
            counts.put(kind, new LongAdder());
        }
    }

    void on(ReplicaEvent event) {
        LOG.trace("{}", event);
        if (event instanceof RoleChanged) {
            count(Kind.ROLE_CHANGED, 1);
        } else if (event instanceof Activated) {
            count(Kind.ACTIVATED, 1);
        } else if (event instanceof Undone undone) {
            count(Kind.UNDONE, undone.count());
        } else if (event instanceof CopyStarted) {
            count(Kind.COPY_STARTED, 1);
        } else if (event instanceof Joined) {
            count(Kind.JOINED, 1);
        } else if (event instanceof Unresponsive) {
            count(Kind.UNRESPONSIVE, 1);
        } else if (event instanceof Dropped) {
            count(Kind.DROPPED, 1);
        } else if (event instanceof Damaged damaged) {
            LOG.error(
                    "a record is damaged, the partition is repaired from another copy if there is one"
                            + " partition={} key=\"{}\"",
                    damaged.partition(),
                    damaged.key());
        } else if (event instanceof CopyLacksEntries lack) {
            LOG.error(
                    "a copy lost acknowledged entries partition={} copy={} has={} committed={}",
                    lack.partition(),
                    lack.copy(),
                    lack.has(),
                    lack.committed());
        }
    }

    private void count(Kind kind, long more) {
        Objects.requireNonNull(counts.get(kind)).add(more);
    }

    /** Writes what was counted since the last time; to be called once a second. */
    void flush() {
        StringBuilder line = new StringBuilder();
        for (Map.Entry<Kind, LongAdder> entry : counts.entrySet()) {
            long count = entry.getValue().sumThenReset();
            if (count > 0) {
                line.append(' ').append(entry.getKey().word).append('=').append(count);
            }
        }
        if (!line.isEmpty()) {
            LOG.info("partitions changed{}", line);
        }
    }
}
