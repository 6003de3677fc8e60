package io.kumo.server.replica;

import io.kumo.protocol.LogEntry;
import io.kumo.protocol.ReplicationMessages.CopyReceived;
import io.kumo.protocol.ReplicationMessages.Replicate;
import io.kumo.protocol.VerifyMessages.Distrust;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends a primary's entries to its copies: from the tail, from the log, or as a whole copy; and again what was lost.
 */
final class Feeder {
    /** For so few a copy, with the checkpoint that ends it, is more work. */
    private static final long FEW_ENTRIES = 100;

    private final ReplicaContext context;
    private final PartitionData data;
    private final long epoch;
    private final long baseSeq;
    private long tableVersion;
    private int copiesInSync;
    /** What a copy was just sent from the tail: the others are sent the same. */
    private @Nullable Replicate lastSent;

    Feeder(ReplicaContext context, PartitionData data, long epoch, long baseSeq) {
        this.context = context;
        this.data = data;
        this.epoch = epoch;
        this.baseSeq = baseSeq;
    }

    void onTable(long version, int copies) {
        tableVersion = version;
        copiesInSync = copies;
    }

    /** Sends all that the copy lacks, as far as its window and the throttle allow. */
    void feed(CopyLink link, long nowNs) {
        count(link, nowNs);
        switch (link.feed) {
            case PROBING:
                if (link.probeNow) {
                    send(link, messageOf(data.lastSeq(), List.of()), nowNs);
                }
                break;
            case STREAMING:
                stream(link, nowNs);
                break;
            case COPY_WANTED:
                startCopy(link, nowNs);
                break;
            case COPYING:
                if (link.copy != null) {
                    link.copy.pump(nowNs, tableVersion);
                }
                break;
        }
        link.probeNow = false;
    }

    /** All copies were fed: nothing is to keep entries that the tail will let go of. */
    void endFeeding() {
        lastSent = null;
    }

    private void stream(CopyLink link, long nowNs) {
        boolean sent = false;
        while (link.nextSeq <= data.lastSeq() && link.outstandingBytes < context.settings.windowBytes()) {
            if (link.nextSeq <= data.committedSeq()) {
                readLog(link, nowNs);
                break;
            }
            sendTail(link, nowNs);
            sent = true;
        }
        if (link.probeNow && !sent && link.readId == 0 && link.feed == CopyLink.Feed.STREAMING) {
            sendFrom(link, List.of(), nowNs);
        }
    }

    private void sendTail(CopyLink link, long nowNs) {
        Replicate last = lastSent;
        boolean same = last != null
                && last.prevSeq() == link.nextSeq - 1
                && last.prevSeq() + last.entries().size() == data.lastSeq()
                && last.committedSeq() == data.committedSeq();
        if (last == null || !same) {
            int bytes = 0;
            List<LogEntry> entries = new ArrayList<>((int) Math.min(64, data.lastSeq() - link.nextSeq + 1));
            for (long seq = link.nextSeq; seq <= data.lastSeq() && bytes < context.settings.sendBytes(); seq++) {
                LogEntry entry = data.tail.entry(seq);
                entries.add(entry);
                bytes += entry.footprintBytes();
            }
            last = messageOf(link.nextSeq - 1, entries);
            lastSent = last;
        }
        link.nextSeq += last.entries().size();
        send(link, last, nowNs);
    }

    private void sendFrom(CopyLink link, List<LogEntry> entries, long nowNs) {
        if (data.epochAt(link.nextSeq - 1) == EpochHistory.UNKNOWN) {
            wantCopy(link);
            return;
        }
        Replicate message = messageOf(link.nextSeq - 1, entries);
        link.nextSeq += entries.size();
        send(link, message, nowNs);
    }

    private Replicate messageOf(long prevSeq, List<LogEntry> entries) {
        return new Replicate(
                data.partition,
                epoch,
                tableVersion,
                baseSeq,
                data.epochAt(prevSeq),
                prevSeq,
                data.committedSeq(),
                entries,
                false);
    }

    private void send(CopyLink link, Replicate message, long nowNs) {
        for (int i = 0; i < message.entries().size(); i++) {
            link.outstandingBytes += message.entries().get(i).footprintBytes();
        }
        link.sentNs = nowNs;
        link.toldCommittedSeq = message.committedSeq();
        context.effects.send(link.id, link.owesSync() ? message.withSync() : message);
    }

    /** Shows the throttle what a joiner has not answered. */
    private void count(CopyLink link, long nowNs) {
        long bytes = link.inSync ? 0 : link.outstandingBytes;
        if (bytes != link.countedBytes) {
            context.throttle.underWay(link.id, bytes - link.countedBytes, nowNs);
            link.countedBytes = bytes;
        }
    }

    // --- from the log

    private void readLog(CopyLink link, long nowNs) {
        if (link.readId != 0 || (!link.inSync && !(takePlace(link, nowNs) && mayCopy(link, nowNs)))) {
            return;
        }
        int bytes = context.settings.sendBytes();
        link.readId = context.nextId();
        context.effects.readLog(
                data.partition, link.readId, link.nextSeq, link.inSync ? bytes : context.throttle.pageBytes(bytes));
    }

    private boolean mayCopy(CopyLink link, long nowNs) {
        return context.throttle.mayCopy(link.id, nowNs);
    }

    void onLogRead(CopyLink link, List<LogEntry> read) {
        link.readId = 0;
        List<LogEntry> entries = new ArrayList<>(read.size());
        long bytes = 0;
        for (int i = 0; i < read.size(); i++) {
            LogEntry entry = read.get(i);
            long wanted = link.nextSeq + entries.size();
            if (entry.seq() == wanted && wanted <= data.committedSeq() && entry.epoch() == data.epochAt(wanted)) {
                entries.add(entry);
                bytes += entry.footprintBytes();
            }
        }
        if (entries.isEmpty()) {
            wantCopy(link);
            return;
        }
        if (!link.inSync) {
            context.throttle.passed(bytes);
        }
        long nowNs = context.clock.monotonicNs();
        sendFrom(link, entries, nowNs);
        count(link, nowNs);
    }

    void onLogGone(CopyLink link) {
        link.readId = 0;
        wantCopy(link);
    }

    // --- copies

    /** Whether the entries after that are so many, old values of the same keys, that a copy is less to send. */
    boolean isMoreThanCopy(long seq) {
        long lacking = data.committedSeq() - seq;
        return lacking > FEW_ENTRIES && (lacking - FEW_ENTRIES) / 2 > data.recordsAtMost();
    }

    private void wantCopy(CopyLink link) {
        link.feed = CopyLink.Feed.COPY_WANTED;
        // Nobody copies over what may be needed: the managers make a joiner of it first.
        link.isBroken = link.inSync || link.wasJoined;
    }

    private void startCopy(CopyLink link, long nowNs) {
        boolean rests = link.hasGivenUpCopy && nowNs - link.gaveUpCopyNs < context.settings.unresponsiveNs();
        if (link.mayBeCopied() && !rests && data.isComplete() && takePlace(link, nowNs)) {
            link.feed = CopyLink.Feed.COPYING;
            link.isCounted = false;
            link.ackedSeq = -1; // what it had is gone
            CopyStream copy = new CopyStream(context, data, link.id, epoch, link.hasRecords);
            link.copy = copy;
            link.durableBelow = 0;
            context.effects.event(new ReplicaEvent.CopyStarted(data.partition, link.id, copy.seq(), link.hasRecords));
            copy.pump(nowNs, tableVersion);
        }
    }

    void onCopyReceived(CopyLink link, CopyReceived message) {
        CopyStream copy = link.copy;
        if (copy == null) {
            return;
        }
        if (message.copyId() == 0) {
            endCopy(link);
            link.hasRecords = message.hasRecords();
            link.feed = CopyLink.Feed.COPY_WANTED;
        } else if (copy.onReceived(message, context.clock.monotonicNs(), tableVersion)) {
            link.copy = null;
            link.streamFrom(copy.seq());
        }
    }

    private static void endCopy(CopyLink link) {
        if (link.copy != null) {
            link.copy.end();
            link.copy = null;
        }
    }

    /** Another one is begun after a while. */
    void giveUpCopy(CopyLink link) {
        giveBackPlace(link);
        endCopy(link);
        link.feed = CopyLink.Feed.COPY_WANTED;
        link.gaveUpCopyNs = context.clock.monotonicNs();
        link.hasGivenUpCopy = true;
    }

    // --- places, time

    private boolean takePlace(CopyLink link, long nowNs) {
        link.holdsPlace = link.holdsPlace || context.throttle.start(copiesInSync, nowNs);
        return link.holdsPlace;
    }

    void giveBackPlace(CopyLink link) {
        if (link.holdsPlace) {
            link.holdsPlace = false;
            context.throttle.end();
        }
    }

    /** The copy is none any more. */
    void release(CopyLink link) {
        giveBackPlace(link);
        endCopy(link);
        context.throttle.underWay(link.id, -link.countedBytes, context.clock.monotonicNs());
        link.countedBytes = 0;
        link.readId = 0;
    }

    void onConnected(CopyLink link, long nowNs) {
        link.probeNow = true;
        if (link.copy != null) {
            link.copy.resend(nowNs, true);
        }
    }

    /**
     * Asks again what the copy has, if it owes an answer; tells it what is committed, if no entries did that for a
     * while.
     */
    void onTick(CopyLink link, long nowNs) {
        long lastNs = link.sentNs - link.owesSinceNs > 0 ? link.sentNs : link.owesSinceNs;
        boolean owes = link.feed == CopyLink.Feed.PROBING || link.ackedSeq < link.nextSeq - 1;
        boolean untold = link.feed == CopyLink.Feed.STREAMING && link.toldCommittedSeq < data.committedSeq();
        boolean unsynced = link.owesSync(); // while it owes nothing else, owesSinceNs moves on
        long patienceNs = context.settings.resendNs();
        if ((owes && nowNs - lastNs > patienceNs) || ((untold || unsynced) && nowNs - link.sentNs > patienceNs)) {
            link.probeNow = true;
        }
        if (link.inSync && link.isDistrusted && nowNs - link.toldNs > patienceNs) {
            link.toldNs = nowNs;
            context.effects.send(link.id, new Distrust(data.partition, epoch, tableVersion));
        }
        feed(link, nowNs);
        if (link.copy != null) {
            link.copy.resend(nowNs, false);
        }
    }
}
