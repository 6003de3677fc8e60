package io.kumo.protocol;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;

/**
 * The versions of the protocol between kumo's processes that this build speaks. Both ends of a connection tell theirs
 * in Hello; the newest that both speak counts. A new field or method needs no new version (readers skip what they do
 * not know, an unknown method is refused by name): one is due when an old process would do something wrong.
 */
public final class ProtocolVersion {
    public static final int NEWEST = 1;
    /** Not raised before every release that speaks no newer one is out of use: so long can an upgrade go on. */
    public static final int OLDEST = 1;

    private ProtocolVersion() {}

    /**
     * The version that a connection speaks.
     *
     * @throws KumoException REFUSED, with a text for both ends' operators, if there is none
     */
    static int common(int ownOldest, int ownNewest, int peerOldest, int peerNewest, String peer) {
        int newest = Math.min(ownNewest, peerNewest);
        if (newest < Math.max(ownOldest, peerOldest)) {
            throw new KumoException(
                    ErrorCode.REFUSED,
                    peer + " speaks versions " + peerOldest + " to " + peerNewest
                            + " of the protocol, and this process " + ownOldest + " to " + ownNewest
                            + ": upgrade the older one, by a release in between");
        }
        return newest;
    }
}
