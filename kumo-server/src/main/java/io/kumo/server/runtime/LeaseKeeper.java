package io.kumo.server.runtime;

import io.kumo.protocol.ReplicationMessages.LeaseGrant;
import io.kumo.protocol.ReplicationMessages.LeaseRequest;
import io.kumo.server.replica.LeaseBook;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.time.Clock;
import io.vertx.core.Vertx;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Asks for leases, from each server that has a copy of what this one is the primary of, and grants them. Asks and
 * answers on the first event loop; shows what it grants and gets to every one, see {@link LeaseBook}.
 */
final class LeaseKeeper {
    private final ServerId self;
    private final long incarnation;
    private final Clock clock;
    private final LongSupplier tableVersion;
    private Set<ServerId> granters = Set.of();
    private long timer = -1;
    private volatile Shards shards = new Shards(List.of());

    /** @param tableVersion the newest that every event loop has been told of, or a newer one */
    LeaseKeeper(ServerId self, long incarnation, Clock clock, LongSupplier tableVersion) {
        this.self = self;
        this.incarnation = incarnation;
        this.clock = clock;
        this.tableVersion = tableVersion;
    }

    /** Begins to ask; on the first event loop. */
    void start(Shards all, Vertx vertx) {
        shards = all;
        timer = vertx.setPeriodic(LeaseBook.RENEW_NS / 1_000_000, ignored -> ask());
    }

    void stop(Vertx vertx) {
        vertx.cancelTimer(timer);
    }

    /** On the first event loop. */
    void onTable(ClusterTable table) {
        Set<ServerId> named = new HashSet<>();
        for (Partition row : table.partitions()) {
            if (row.isPrimary(self)) {
                named.addAll(row.inSync());
                named.addAll(row.joining());
            }
        }
        named.remove(self);
        boolean isMore = !granters.containsAll(named);
        granters = Collections.unmodifiableSet(named);
        if (isMore) {
            ask();
        }
    }

    private void ask() {
        for (ServerId granter : granters) {
            ask(granter);
        }
    }

    private void ask(ServerId granter) {
        shards.control().send(granter, new LeaseRequest(incarnation, clock.monotonicNs(), tableVersion.getAsLong()));
    }

    /** A connection was made; on the first event loop. */
    void onConnected(ServerId peer) {
        if (granters.contains(peer)) {
            ask(peer);
        }
    }

    /** On any event loop. */
    void onRequest(ServerId asker, LeaseRequest request) {
        Shards all = shards;
        all.gather(all.control().loop().context(), shard -> grant(shard, asker)).onSuccess(versions -> {
            long highest = Collections.max(versions);
            all.control().send(asker, new LeaseGrant(request.incarnation(), request.askedAtNs(), highest));
        });
    }

    private long grant(Shard shard, ServerId asker) {
        return shard.host()
                .replicaContext()
                .leases()
                .grant(asker, clock.monotonicNs(), shard.host().tableVersion());
    }

    /** On any event loop. */
    void onGrant(ServerId granter, LeaseGrant grant) {
        shards.each(shard -> shard.host().replicaContext().leases().onGrant(granter, grant));
        Shard control = shards.control();
        control.loop().run(() -> {
            if (grant.tableVersion() > control.host().tableVersion()) {
                control.host().newerTable(granter, grant.tableVersion()); // the lease does not count before it is known
            }
        });
    }
}
