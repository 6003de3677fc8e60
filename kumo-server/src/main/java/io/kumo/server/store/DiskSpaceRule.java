package io.kumo.server.store;

import io.kumo.base.Check;

/**
 * Decides whether writes are refused for want of disk space. Hysteresis: refused below the low mark, taken again above
 * the high mark only, so that a server at the edge does not flap. Used by one thread.
 */
public final class DiskSpaceRule {
    private final long lowBytes;
    private final long highBytes;
    private boolean isFull;

    public DiskSpaceRule(long lowBytes, long highBytes) {
        Check.argument(lowBytes >= 0 && highBytes >= lowBytes, "marks %d and %d", lowBytes, highBytes);
        this.lowBytes = lowBytes;
        this.highBytes = highBytes;
    }

    /** Takes what is usable now; returns whether writes are to be refused from now on. */
    public boolean onUsable(long usableBytes) {
        if (usableBytes < lowBytes) {
            isFull = true;
        } else if (usableBytes >= highBytes) {
            isFull = false;
        }
        return isFull;
    }

    public boolean isFull() {
        return isFull;
    }
}
