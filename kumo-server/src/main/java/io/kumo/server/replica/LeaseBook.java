package io.kumo.server.replica;

import io.kumo.protocol.ReplicationMessages.LeaseGrant;
import io.kumo.protocol.ReplicationMessages.LeaseRequest;
import io.kumo.table.ServerId;
import java.util.HashMap;
import java.util.Map;

/**
 * Leases between this server and each other one, both ways, as one shard knows them. Every {@link #RENEW_NS} a server
 * sends {@link LeaseRequest} to each server that shares a partition with it. The granter shows it to the book of
 * <em>each</em> of its shards ({@link #grant}), and answers with the <em>highest</em> table version that these return.
 * The asker shows the {@link LeaseGrant} to the book of each of its shards. With one shard that is one call each.
 *
 * <p>Why it is safe: a shard that learns of a deposed primary after its {@link #grant} finds the grant in its book and
 * waits for its end; one that learned of it before has given that grant a table version that the asker can't know
 * without knowing that it is deposed.
 */
public final class LeaseBook {
    /**
     * A lease counts for this long from the asking on. After a crash of a primary nobody answers in its place before
     * its last leases have run out, so it is most of the pause that clients see; a server that stands still for longer
     * has its reads tried again.
     */
    public static final long LEASE_NS = 500_000_000L;

    /** To be asked for again after this. */
    public static final long RENEW_NS = LEASE_NS / 4;

    /** The granter keeps to it for longer, as two hosts' clocks don't run at quite the same rate. */
    static final long GRANT_NS = LEASE_NS + LEASE_NS / 20;

    private final long incarnation;
    private final long startedNs;
    private final Map<ServerId, Held> held = new HashMap<>();
    private final Map<ServerId, Long> granted = new HashMap<>();

    LeaseBook(long incarnation, long startedNs) {
        this.incarnation = incarnation;
        this.startedNs = startedNs;
    }

    /** A request of {@code asker} is being granted; returns the table version that this shard knows. */
    public long grant(ServerId asker, long nowNs, long tableVersion) {
        granted.put(asker, nowNs + GRANT_NS);
        return tableVersion;
    }

    /** {@code granter} gave a lease. */
    public void onGrant(ServerId granter, LeaseGrant grant) {
        if (grant.incarnation() == incarnation) {
            Held lease = held.get(granter);
            if (lease == null) {
                lease = new Held();
                held.put(granter, lease);
            }
            lease.take(grant.askedAtNs() + LEASE_NS, grant.tableVersion());
        }
    }

    /** Until when the lease of {@code granter} lets a primary that knows {@code tableVersion} answer reads. */
    long heldUntil(ServerId granter, long tableVersion, long nowNs) {
        Held lease = held.get(granter);
        return lease == null ? nowNs : lease.until(tableVersion, nowNs);
    }

    /** When {@code granter} was last asked with success; {@code otherwiseNs} if that was earlier, or never. */
    long lastGrantNs(ServerId granter, long otherwiseNs) {
        Held lease = held.get(granter);
        long askedNs = lease == null ? otherwiseNs : lease.newestUntil - LEASE_NS;
        return askedNs - otherwiseNs > 0 ? askedNs : otherwiseNs;
    }

    /**
     * Until when this server must not serve in the place of {@code asker}; also when it forgot, having just started.
     */
    long grantedUntil(ServerId asker) {
        Long until = granted.get(asker);
        long afterStart = startedNs + GRANT_NS;
        return until == null || until - afterStart < 0 ? afterStart : until;
    }

    /** Two leases, as the newest may be for a newer table than the one that a partition's primary knows yet. */
    private static final class Held {
        private long newestVersion = -1;
        private long newestUntil;
        private long olderVersion = -1;
        private long olderUntil;

        void take(long until, long version) {
            if (version > newestVersion) {
                olderVersion = newestVersion;
                olderUntil = newestUntil;
                newestVersion = version;
                newestUntil = until;
            } else if (version == newestVersion) {
                newestUntil = later(newestUntil, until);
            } else if (version >= olderVersion) {
                olderUntil = version == olderVersion ? later(olderUntil, until) : until;
                olderVersion = version;
            }
        }

        long until(long tableVersion, long nowNs) {
            long until = nowNs;
            if (newestVersion >= 0 && newestVersion <= tableVersion) {
                until = newestUntil;
            }
            if (olderVersion >= 0 && olderVersion <= tableVersion && olderUntil - until > 0) {
                until = olderUntil;
            }
            return until;
        }

        private static long later(long a, long b) {
            return a - b > 0 ? a : b;
        }
    }
}
