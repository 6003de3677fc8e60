package io.kumo.server.replica;

import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import org.jspecify.annotations.Nullable;

/** What a primary knows of one copy: what it has, what was sent to it, and whether commits wait for it. */
final class CopyLink {
    /** How entries get to the copy. */
    enum Feed {
        /** It was asked what it has. */
        PROBING,
        /** Entries go to it, from the tail or, where it is further behind, from the log. */
        STREAMING,
        /** Only a whole copy will do, and it is to be started. */
        COPY_WANTED,
        /** A whole copy is on its way. */
        COPYING
    }

    final ServerId id;
    final long incarnation;
    Feed feed = Feed.PROBING;
    /** In the table. */
    boolean inSync;
    /** A joiner that is fed live: commits wait for it already. */
    boolean isCounted;
    /** A joiner that is reported as having everything. */
    boolean isJoined;
    /** It was reported at some time: it stays counted, as the managers may have acted on that. */
    boolean wasJoined;
    /** Tables were missed since it was counted: it may have begun anew. */
    boolean wasAskedAgain;
    /** The table with which it was asked again. */
    long askedVersion;
    /** Holds one of the throttle's places. */
    boolean holdsPlace;
    /** A copy in sync that is told again and again that it is not to be trusted, until the managers made it join. */
    boolean isDistrusted;
    /** When it was told so last, or when it was linked: clocks may be below zero. */
    long toldNs;
    /** What could not be repaired here: only the managers can. */
    boolean isBroken;

    boolean isUnresponsive;
    long ackedSeq = -1;
    /** The table since which it is what it is; of a joiner, what it said before that does not count. */
    final long sinceVersion;
    /** It has records that a copy can be compared with. */
    boolean hasRecords;
    /** What is below that survives a power cut there. */
    long durableBelow;
    /** What had been proposed when it was first counted: before it is joined, that must be durable there. */
    long countedSeq;

    long baseSeq;
    long nextSeq;
    long toldCommittedSeq;
    long outstandingBytes;
    /** Of these, what the throttle counts. */
    long countedBytes;

    long sentNs;
    /** Since when it owes something. */
    long owesSinceNs;

    /** When a copy failed here: the next one waits a little. */
    long gaveUpCopyNs;

    boolean hasGivenUpCopy;

    long readId;
    boolean probeNow = true;

    @Nullable
    CopyStream copy;

    CopyLink(ServerId id, long incarnation, boolean inSync, long sinceVersion, long nowNs) {
        this.id = id;
        this.sinceVersion = sinceVersion;
        this.incarnation = incarnation;
        this.inSync = inSync;
        this.owesSinceNs = nowNs;
        this.sentNs = nowNs;
        this.toldNs = nowNs;
    }

    /** Whether the table has the same process of that server. */
    boolean isInTable(ClusterTable table) {
        return table.server(id)
                .filter(info -> info.incarnation() == incarnation)
                .isPresent();
    }

    /** Whether a commit must wait for it. */
    boolean isRequired() {
        return inSync || isCounted;
    }

    /** Whether all that keeps it from being joined is that it did not say yet that what it has is durable. */
    boolean owesSync() {
        return isCounted && !isJoined && durableBelow <= countedSeq;
    }

    /** Whether nobody relies on what it has, so that a copy may take its place. */
    boolean mayBeCopied() {
        return !inSync && !wasJoined;
    }

    /** It has everything up to {@code seq}; true if that is news. */
    boolean onAcked(long seq, long nowNs) {
        boolean news = seq > ackedSeq;
        if (feed == Feed.PROBING) {
            feed = Feed.STREAMING;
            nextSeq = seq + 1;
            outstandingBytes = 0;
        } else if (seq >= nextSeq - 1) {
            nextSeq = seq + 1;
            outstandingBytes = 0;
        } else if (news) {
            long before = nextSeq - 1 - Math.max(ackedSeq, baseSeq);
            long left = nextSeq - 1 - seq;
            outstandingBytes = before <= 0 ? 0 : (long) ((double) outstandingBytes * left / Math.max(left, before));
        }
        if (news) {
            ackedSeq = seq;
            owesSinceNs = nowNs;
        }
        return news;
    }

    /**
     * Tables were missed: in between the joiner may have been none, and have dropped what it had. It stays counted, but
     * is not reported before it has said again what it has.
     */
    void askAgain(long version) {
        wasAskedAgain = true;
        askedVersion = version;
        isJoined = false;
        ackedSeq = -1;
        durableBelow = 0;
        feed = Feed.PROBING;
        readId = 0;
        probeNow = true;
    }

    /**
     * A joiner lacks what is committed, as it says with that table. True if it has left and joined anew in tables that
     * were missed, as one that stays keeps what it has: then it is a joiner like any new one. Managers do not act on
     * what was reported of it before.
     */
    boolean forgets(long version) {
        if (inSync || !wasAskedAgain || version < askedVersion) {
            return false;
        }
        isCounted = false;
        wasJoined = false;
        isBroken = false;
        return true;
    }

    /** It has everything, and is reported. */
    void onJoined() {
        isJoined = true;
        wasJoined = true;
        wasAskedAgain = false;
    }

    /**
     * It lacks entries that were acknowledged; true if that is news, and a fault of the copy's.
     *
     * @param forGood the log can't bring them
     */
    boolean onLacking(boolean forGood) {
        boolean isFault = !wasAskedAgain && !isBroken;
        isBroken |= forGood;
        return isFault;
    }

    /** Its history and this one's part behind {@code commonSeq}. */
    void streamFrom(long commonSeq) {
        feed = Feed.STREAMING;
        baseSeq = commonSeq;
        nextSeq = commonSeq + 1;
        outstandingBytes = 0;
        readId = 0;
        probeNow = true;
    }
}
