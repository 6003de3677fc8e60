package io.kumo.register;

import io.kumo.base.HostPort;
import io.kumo.protocol.Message;
import io.kumo.protocol.MessageReader;
import io.kumo.protocol.MessageWriter;

/**
 * Names one attempt to decide one version. No two attempts have the same ballot, not even those of a manager that
 * forgot what it did before.
 *
 * @param counter from 1; 0 is below every attempt
 * @param proposer the manager that makes the attempt
 * @param life random number of its process
 */
public record Ballot(long counter, HostPort proposer, long life) implements Comparable<Ballot>, Message {
    /** Below every attempt. */
    public static final Ballot NONE = new Ballot(0, new HostPort("none", 0), 0);

    @Override
    public int compareTo(Ballot other) {
        int byCounter = Long.compare(counter, other.counter);
        if (byCounter != 0) {
            return byCounter;
        }
        int byProposer = proposer.compareTo(other.proposer);
        return byProposer != 0 ? byProposer : Long.compare(life, other.life);
    }

    public boolean isBelow(Ballot other) {
        return compareTo(other) < 0;
    }

    @Override
    public void encode(MessageWriter out) {
        out.fields(3).put(counter).put(proposer).put(life);
    }

    static Ballot decode(MessageReader in) {
        in.open();
        return in.close(new Ballot(in.int64(), in.hostPort(), in.int64()));
    }

    @Override
    public String toString() {
        return counter + "@" + proposer;
    }
}
