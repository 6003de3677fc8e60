package io.kumo.membership.runtime;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jgroups.Message;
import org.jgroups.auth.AuthToken;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the groups of two clusters apart, whatever addresses they were given: who asks to join or to merge says to
 * which cluster it belongs, and is turned away by members of another one. Who is new belongs to none yet. No secret:
 * against mistakes, not against attacks. JGroups makes these, and calls them on its threads.
 */
public final class ClusterToken extends AuthToken {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterToken.class);
    private static final int LONGEST = 64;

    private final Supplier<String> own;
    private String received = "";

    /** For JGroups, which fills in what was received. */
    public ClusterToken() {
        this(() -> "");
    }

    ClusterToken(Supplier<String> own) {
        this.own = own;
    }

    @Override
    public String getName() {
        return ClusterToken.class.getName();
    }

    @Override
    public boolean authenticate(AuthToken token, Message message) {
        String theirs = token instanceof ClusterToken other ? other.received : "?";
        String ours = own.get();
        boolean fits = theirs.isEmpty() || ours.isEmpty() || theirs.equals(ours);
        if (!fits) {
            LOG.warn(
                    "kept out of the group: a member of another cluster; check -m and -p member={} its={} this={}",
                    message.getSrc(),
                    theirs,
                    ours);
        }
        return fits;
    }

    @Override
    public int size() {
        return 1 + own.get().length();
    }

    @Override
    public void writeTo(DataOutput out) throws IOException {
        byte[] id = own.get().getBytes(StandardCharsets.US_ASCII);
        out.writeByte(id.length);
        out.write(id);
    }

    @Override
    public void readFrom(DataInput in) throws IOException {
        int length = in.readUnsignedByte();
        if (length > LONGEST) {
            throw new IOException("a cluster id of " + length + " bytes");
        }
        byte[] id = new byte[length];
        in.readFully(id);
        received = new String(id, StandardCharsets.US_ASCII);
    }
}
