package io.kumo.security;

import io.kumo.base.Check;
import java.util.HashMap;
import java.util.Map;

/** Bounds the connections that have not proved yet who they are, in all and from each host. From any thread. */
public final class HandshakeGate {
    private final int most;
    private final int mostOfAHost;
    private final Map<String, Integer> pending = new HashMap<>();
    private int count;

    public HandshakeGate(int most, int mostOfAHost) {
        Check.argument(mostOfAHost > 0 && most >= mostOfAHost, "%d handshakes, %d of a host", most, mostOfAHost);
        this.most = most;
        this.mostOfAHost = mostOfAHost;
    }

    /** False if there are too many; else {@link #leave} follows, whatever becomes of it. */
    public synchronized boolean enter(String host) {
        if (count >= most || pending.getOrDefault(host, 0) >= mostOfAHost) {
            return false;
        }
        count++;
        pending.merge(host, 1, Integer::sum);
        return true;
    }

    public synchronized void leave(String host) {
        int now = pending.getOrDefault(host, 0);
        Check.invariant(now > 0, "nobody of %s is at the gate", host);
        count--;
        if (now == 1) {
            pending.remove(host);
        } else {
            pending.put(host, now - 1);
        }
    }

    synchronized int count() {
        return count;
    }
}
