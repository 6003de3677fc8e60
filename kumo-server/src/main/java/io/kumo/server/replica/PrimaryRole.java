package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.Behind;
import io.kumo.protocol.ReplicationMessages.CopyReceived;
import io.kumo.protocol.ReplicationMessages.Replicated;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A primary in one epoch. First it waits for older leases and makes the copies in sync equal to itself; then it serves.
 * An entry is committed once the local log and the logs of all required copies have it.
 */
final class PrimaryRole {
    private final Replica replica;
    private final ReplicaContext context;
    private final PartitionData data;
    private final Fence fence;
    private final long epoch;
    private final long baseSeq;
    private final Operations operations;
    private final Feeder feeder;
    private final Parking parking;
    private final LogWatch logWatch;
    private final List<CopyLink> links = new ArrayList<>(4);
    private final long sinceNs;
    private long sinceVersion;
    private long tableVersion;
    private boolean isActive;
    private long leasedUntilNs;
    private long tickedNs;

    PrimaryRole(Replica replica, ReplicaContext context, PartitionData data, Fence fence, long epoch) {
        this.replica = replica;
        this.context = context;
        this.data = data;
        this.fence = fence;
        this.epoch = epoch;
        this.baseSeq = data.lastSeq();
        this.sinceNs = context.clock.monotonicNs();
        this.tickedNs = sinceNs;
        this.leasedUntilNs = sinceNs;
        this.operations = new Operations(context, data, this);
        this.feeder = new Feeder(context, data, epoch, baseSeq);
        this.parking = new Parking(context);
        this.logWatch = new LogWatch(2 * context.settings.unresponsiveNs(), sinceNs);
    }

    long epoch() {
        return epoch;
    }

    /** The first table with this epoch that is known here. */
    long sinceVersion() {
        return sinceVersion;
    }

    boolean isActive() {
        return isActive;
    }

    Operations operations() {
        return operations;
    }

    /** Where operations wait until it serves. */
    Parking parking() {
        return parking;
    }

    void wantFlush() {
        replica.wantFlush();
    }

    long tableVersion() {
        return tableVersion;
    }

    /** The other copies in sync. */
    List<ServerId> inSyncCopies() {
        return links.stream().filter(link -> link.inSync).map(link -> link.id).toList();
    }

    List<CopyLink> links() {
        return links;
    }

    int inSyncCount() {
        int count = 1;
        for (int i = 0; i < links.size(); i++) {
            count += links.get(i).inSync ? 1 : 0;
        }
        return count;
    }

    // --- the table

    /** The same epoch, in a newer table: copies may have come, gone or restarted. */
    void onTable(ClusterTable table, Partition row) {
        boolean isGap = tableVersion != 0 && table.version() != tableVersion + 1;
        tableVersion = table.version();
        sinceVersion = sinceVersion == 0 ? tableVersion : sinceVersion;
        feeder.onTable(tableVersion, row.inSync().size());
        long nowNs = context.clock.monotonicNs();
        boolean reports = false;
        for (int i = links.size() - 1; i >= 0; i--) {
            CopyLink link = links.get(i);
            boolean demoted = link.inSync && !row.inSync().contains(link.id);
            if (!row.names(link.id) || !link.isInTable(table) || demoted) {
                reports |= link.isJoined || link.isUnresponsive;
                feeder.release(link);
                links.remove(i);
            } else if (isGap && link.isCounted) {
                reports |= link.isJoined;
                link.askAgain(tableVersion);
            }
        }
        for (ServerId id : row.inSync()) {
            reports |= name(table, id, true, nowNs);
        }
        for (ServerId id : row.joining()) {
            reports |= name(table, id, false, nowNs);
        }
        leasedUntilNs = nowNs; // other leases are needed now
        if (reports) {
            context.effects.reportChanged(replica);
        }
        replica.wantFlush();
        advance();
    }

    private boolean name(ClusterTable table, ServerId id, boolean inSync, long nowNs) {
        if (id.equals(context.self)) {
            return false;
        }
        CopyLink link = linkOf(id);
        if (link == null) {
            long incarnation = table.server(id).map(ServerInfo::incarnation).orElse(0L);
            links.add(new CopyLink(id, incarnation, inSync, table.version(), nowNs));
            return false;
        }
        boolean wasReported = inSync && link.isJoined;
        link.inSync = inSync;
        link.isJoined &= !inSync;
        if (inSync) {
            link.isCounted = false;
            link.wasJoined = false;
            feeder.giveBackPlace(link);
        }
        return wasReported;
    }

    private @Nullable CopyLink linkOf(ServerId id) {
        for (int i = 0; i < links.size(); i++) {
            if (links.get(i).id.equals(id)) {
                return links.get(i);
            }
        }
        return null;
    }

    /** Of the process that sent something; what an earlier one said does not count. */
    private @Nullable CopyLink linkOf(ServerId id, long incarnation) {
        CopyLink link = linkOf(id);
        return link != null && link.incarnation == incarnation ? link : null;
    }

    /** Another primary, or the end of this one's epoch. */
    void stepDown() {
        isActive = false;
        parking.clear();
        operations.abandon();
        for (CopyLink link : links) {
            feeder.release(link);
        }
        links.clear();
    }

    // --- the copies' answers

    void onReplicated(ServerId from, Replicated message) {
        CopyLink link = message.epoch() == epoch ? linkOf(from, message.incarnation()) : null;
        if (link == null || message.seq() > data.lastSeq()) {
            return;
        }
        if (link.feed != CopyLink.Feed.PROBING && link.feed != CopyLink.Feed.STREAMING) {
            return; // of the time before the copy that is needed, or under way
        }
        if (!link.inSync && message.tableVersion() < link.sinceVersion) {
            return; // it does not know yet that it joins, and may have to begin with giving up what it has
        }
        long nowNs = context.clock.monotonicNs();
        long durableBelow = message.durableBelow();
        link.durableBelow = Math.max(link.durableBelow, durableBelow == 0 ? Long.MAX_VALUE : durableBelow);
        if (link.onAcked(message.seq(), nowNs)) {
            advance();
        }
        considerJoiner(link, nowNs);
        if (link.nextSeq <= data.lastSeq()) {
            replica.wantFlush();
        }
    }

    void onBehind(ServerId from, Behind message) {
        CopyLink link = message.epoch() == epoch ? linkOf(from, message.incarnation()) : null;
        boolean isAhead = message.tableVersion() > tableVersion && !message.complete(); // it joins, to be mended
        if (link == null || !message.accepted() || link.feed == CopyLink.Feed.COPYING || (isAhead && link.inSync)) {
            return;
        }
        link.hasRecords = message.hasRecords();
        long common = message.complete()
                ? data.history.commonSeq(data.lastSeq(), message.history(), message.lastSeq())
                : EpochHistory.UNKNOWN;
        if (common < message.committedSeq()) {
            common = EpochHistory.UNKNOWN; // what it can't undo is not in this history
        }
        boolean lacks = (link.inSync || link.wasJoined) && common < data.committedSeq();
        if (lacks && message.tableVersion() > tableVersion) {
            return; // it may have left this partition, and joined it anew: the table that says so is on its way
        }
        if (lacks && link.forgets(message.tableVersion())) {
            advance();
        }
        if (lacks && link.onLacking(common == EpochHistory.UNKNOWN)) {
            context.effects.event(new ReplicaEvent.CopyLacksEntries(data.partition, from, common, data.committedSeq()));
        }
        if (common == EpochHistory.UNKNOWN || (link.mayBeCopied() && feeder.isMoreThanCopy(common))) {
            link.feed = CopyLink.Feed.COPY_WANTED;
        } else {
            link.streamFrom(common);
        }
        replica.wantFlush();
    }

    void onCopyReceived(ServerId from, CopyReceived message) {
        CopyLink link = message.epoch() == epoch ? linkOf(from, message.incarnation()) : null;
        if (link != null && link.copy != null) {
            link.owesSinceNs = context.clock.monotonicNs();
            feeder.onCopyReceived(link, message);
            replica.wantFlush();
        }
    }

    // --- commits

    /** The local log has more. */
    void onLogged(long fromSeq) {
        operations.onLogged(Math.max(fromSeq, data.committedSeq() + 1), data.loggedSeq());
        advance();
    }

    /** Commits what all required copies have. */
    private void advance() {
        long seq = data.loggedSeq();
        for (int i = 0; i < links.size(); i++) {
            CopyLink link = links.get(i);
            if (link.isRequired() && link.ackedSeq < seq) {
                seq = link.ackedSeq;
            }
        }
        while (data.committedSeq() < seq) {
            operations.commitNext();
        }
        if (!isActive) {
            considerServing();
        }
    }

    void considerServing() {
        if (isActive
                || !data.isComplete()
                || data.loggedSeq() < baseSeq
                || !fence.isOver(context.clock.monotonicNs())) {
            return;
        }
        for (int i = 0; i < links.size(); i++) {
            if (links.get(i).inSync && links.get(i).ackedSeq < baseSeq) {
                return;
            }
        }
        isActive = true;
        context.effects.event(new ReplicaEvent.Activated(data.partition, epoch, data.lastSeq(), inSyncCount()));
        parking.release(operations);
    }

    /**
     * A joiner that gets its entries from the tail is counted: commits wait for it, so that it can't fall behind again.
     * Once it has all that is committed it is reported, and stays counted.
     */
    private void considerJoiner(CopyLink link, long nowNs) {
        if (link.inSync || link.isJoined || !isActive || link.feed != CopyLink.Feed.STREAMING || link.ackedSeq < 0) {
            return;
        }
        if (!link.isCounted && link.nextSeq > data.committedSeq()) {
            link.isCounted = true;
            link.countedSeq = data.lastSeq();
            link.probeNow = true;
            link.owesSinceNs = nowNs;
            leasedUntilNs = nowNs;
            replica.wantFlush();
        }
        if (link.isCounted && link.ackedSeq >= data.committedSeq() && !link.owesSync()) {
            link.onJoined();
            feeder.giveBackPlace(link);
            context.effects.event(new ReplicaEvent.Joined(data.partition, link.id, link.ackedSeq));
            context.effects.reportChanged(replica);
        }
    }

    // --- reads

    /** Whether nobody else can be serving now. To be asked after a value was read. */
    boolean holdsLeases() {
        long nowNs = context.clock.monotonicNs();
        if (leasedUntilNs - nowNs > 0) {
            return true;
        }
        long until = nowNs + LeaseBook.LEASE_NS;
        for (int i = 0; i < links.size(); i++) {
            if (links.get(i).isRequired()) {
                long lease = context.leases.heldUntil(links.get(i).id, tableVersion, nowNs);
                until = lease - until < 0 ? lease : until;
            }
        }
        leasedUntilNs = until;
        return until - nowNs > 0;
    }

    // --- the store, the log, time

    void onLogRead(long readId, List<LogEntry> entries) {
        for (CopyLink link : links) {
            if (link.readId == readId) {
                feeder.onLogRead(link, entries);
                replica.wantFlush();
                return;
            }
        }
    }

    void onLogGone(long readId) {
        for (CopyLink link : links) {
            if (link.readId == readId) {
                feeder.onLogGone(link);
                replica.wantFlush();
                return;
            }
        }
    }

    void onScanned(long scanId, List<LogEntry> records, List<Bytes> damaged, boolean last) {
        for (CopyLink link : links) {
            CopyStream copy = link.copy;
            if (copy != null && copy.onScanned(scanId, records, damaged, last, tableVersion)) {
                noteDamage(link);
                return;
            }
        }
    }

    /** A copy that came across a record that can't be read is given up: it would be without it for good. */
    private void noteDamage(CopyLink link) {
        Bytes key = link.copy == null ? null : link.copy.damagedKey();
        if (key != null) {
            feeder.giveUpCopy(link);
            replica.onDamaged(key);
        }
    }

    void onSweep(List<LogEntry> records) {
        long nowMs = context.clock.wallMs();
        for (int i = 0; isActive && i < records.size(); i++) {
            if (records.get(i).isExpired(nowMs)) {
                operations.sweep(records.get(i).key());
            }
        }
    }

    void onScanFailed(long scanId) {
        for (CopyLink link : links) {
            CopyStream copy = link.copy;
            if (copy != null && copy.isScanning(scanId)) {
                feeder.giveUpCopy(link);
                if (data.distrust()) { // the store can't be read at all
                    context.effects.reportChanged(replica);
                }
                return;
            }
        }
    }

    void onPeerConnected(ServerId peer) {
        CopyLink link = linkOf(peer);
        if (link != null) {
            feeder.onConnected(link, context.clock.monotonicNs());
            replica.wantFlush();
        }
    }

    void flush() {
        long nowNs = context.clock.monotonicNs();
        for (int i = 0; i < links.size(); i++) {
            CopyLink link = links.get(i);
            feeder.feed(link, nowNs);
            considerJoiner(link, nowNs);
        }
        feeder.endFeeding();
    }

    void onTick(long nowNs) {
        boolean wasPaused = nowNs - tickedNs > context.settings.unresponsiveNs() / 2;
        tickedNs = nowNs;
        boolean reports = false;
        boolean hasSuccessor = false;
        for (int i = 0; i < links.size(); i++) {
            CopyLink link = links.get(i);
            if (wasPaused) {
                link.owesSinceNs = nowNs; // it was this process that did not answer
            }
            feeder.onTick(link, nowNs);
            noteDamage(link);
            considerJoiner(link, nowNs);
            reports |= judge(link, nowNs);
            hasSuccessor |= link.inSync && !link.isUnresponsive;
        }
        feeder.endFeeding();
        if (judgeOwnLog(nowNs, wasPaused, hasSuccessor) || reports) {
            context.effects.reportChanged(replica);
        }
        if (isActive) {
            operations.flushIfDue();
        } else {
            considerServing();
            parking.expire(nowNs);
        }
    }

    /** Whether the copy owes answers or leases for too long; true if that has changed. */
    private boolean judge(CopyLink link, long nowNs) {
        long patienceNs = context.settings.unresponsiveNs();
        if (link.feed == CopyLink.Feed.STREAMING && link.ackedSeq >= data.lastSeq()) {
            link.owesSinceNs = nowNs;
        }
        boolean late = nowNs - link.owesSinceNs > patienceNs;
        if (link.isCounted && !link.isJoined && !link.wasJoined && late) {
            link.isCounted = false; // nobody knows yet that it was counted
            leasedUntilNs = nowNs;
            advance();
        }
        boolean unleased = isActive
                && nowNs - sinceNs > 2 * patienceNs
                && nowNs - context.leases.lastGrantNs(link.id, sinceNs) > LeaseBook.LEASE_NS + patienceNs;
        boolean unresponsive = (link.inSync || link.wasJoined) && (late || unleased || link.isBroken);
        if (unresponsive == link.isUnresponsive) {
            return false;
        }
        link.isUnresponsive = unresponsive;
        if (unresponsive) {
            context.effects.event(new ReplicaEvent.Unresponsive(data.partition, link.id));
        }
        return true;
    }

    /** Where its own log takes nothing and those of others do, another one should lead; true if that has changed. */
    private boolean judgeOwnLog(long nowNs, boolean wasPaused, boolean hasSuccessor) {
        boolean hasChanged = logWatch.judge(data, nowNs, wasPaused, hasSuccessor);
        if (hasChanged && logWatch.isStuck()) {
            context.effects.event(new ReplicaEvent.Unresponsive(data.partition, context.self));
        }
        return hasChanged;
    }

    // --- for reports and metrics

    List<ServerId> joined() {
        return links.stream().filter(link -> link.isJoined).map(link -> link.id).toList();
    }

    /** Copies in sync that don't answer; itself, if it is its own log. */
    List<ServerId> unresponsive() {
        List<ServerId> unresponsive = new ArrayList<>(logWatch.isStuck() ? List.of(context.self) : List.of());
        links.stream().filter(link -> link.isUnresponsive).forEach(link -> unresponsive.add(link.id));
        return unresponsive;
    }

    /** Entries that the slowest copy in sync has not answered. */
    long lag() {
        return links.stream()
                .filter(link -> link.inSync)
                .mapToLong(link -> data.lastSeq() - Math.max(0, link.ackedSeq))
                .reduce(0, Math::max);
    }
}
