package io.kumo.ctl;

import io.kumo.base.HostPort;
import io.kumo.protocol.Figure;
import io.kumo.protocol.StatusMessages.StatusResult;
import java.util.List;

/**
 * What {@code kumoctl doctor} saw of a cluster.
 *
 * @param status as a manager tells it
 * @param nodes managers, then servers, those that did not answer too
 */
public record Examination(StatusResult status, List<Node> nodes) {
    /** Whether a port answered. */
    public enum Reach {
        REACHED,
        FAILED,
        /** It is off, or bound where this host can't reach it. */
        NOT_TRIED
    }

    /**
     * A port beside the one for RPC.
     *
     * @param name MQTT or HTTP
     * @param failure why it did not answer
     */
    public record Port(String name, String address, Reach reach, String failure) {}

    /**
     * One process.
     *
     * @param failure why it did not answer; empty if it did
     * @param skewMs how far its clock is ahead of this host's
     * @param doubtMs how wrong that may be: half of the time that the answer took
     * @param ports other than that of RPC
     */
    public record Node(
            boolean isManager,
            HostPort address,
            String failure,
            ServerFacts facts,
            long skewMs,
            long doubtMs,
            List<Port> ports) {
        public Node {
            ports = List.copyOf(ports);
        }

        boolean answers() {
            return failure.isEmpty();
        }

        String name() {
            return (isManager ? "manager " : "server ") + address;
        }

        long number(Figure figure) {
            return facts.number(figure);
        }
    }

    public Examination {
        nodes = List.copyOf(nodes);
    }

    List<Node> answering() {
        return nodes.stream().filter(Node::answers).toList();
    }
}
