package io.kumo.rpc;

/**
 * A time without a connection to a peer that there should be one to: what of it is worth a line of the log. Attempts
 * fail several times a second, and a peer that is restarted is back before anybody would do something about it.
 */
public final class Outage {
    /** A process needs that long to start. */
    static final long SHORT_NS = 3_000_000_000L;
    /** Reasons that take turns are not told each time. */
    static final long AGAIN_NS = 60_000_000_000L;

    private boolean isOn;
    private boolean isTold;
    private long beganNs;
    private long toldNs;
    private String told = "";

    /**
     * An attempt failed.
     *
     * @param isAnswer whether the peer said so itself: it goes on to say that, so it is told at once
     * @return whether the reason is to be told now
     */
    public boolean onFailure(String reason, boolean isAnswer, long nowNs) {
        if (!isOn) {
            isOn = true;
            beganNs = nowNs;
        }
        boolean isTooSoon = !isAnswer && (nowNs - beganNs < SHORT_NS || (isTold && nowNs - toldNs < AGAIN_NS));
        if (isTooSoon || reason.equals(told)) {
            return false;
        }
        isTold = true;
        told = reason;
        toldNs = nowNs;
        return true;
    }

    /** There is a connection again. Returns whether that is to be told, as the outage was. */
    public boolean onConnected() {
        boolean wasTold = isTold;
        isOn = false;
        isTold = false;
        told = "";
        return wasTold;
    }
}
