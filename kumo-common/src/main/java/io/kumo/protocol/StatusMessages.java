package io.kumo.protocol;

import io.kumo.base.HostPort;
import io.kumo.table.ServerId;
import java.util.List;

/** The state of a cluster, as an operator wants to see it: what kumoctl asks managers for. */
public final class StatusMessages {
    private StatusMessages() {}

    /** Asks for the state of the cluster; any manager answers. */
    public record Status() implements Call<StatusResult> {
        public static final Method<Status, StatusResult> METHOD = new Method<>(
                99,
                "Status",
                Callers.of(Role.MANAGER, Role.GATEWAY, Role.OPERATOR),
                Status::decode,
                StatusResult::decode);

        @Override
        public Method<Status, StatusResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(0);
        }

        static Status decode(MessageReader in) {
            in.open();
            return in.close(new Status());
        }
    }

    /**
     * The state of the cluster as the leader sees it.
     *
     * @param cluster cluster id
     * @param version of the table
     * @param replicas copies aimed at
     * @param underReplicated partitions with fewer live copies in sync
     * @param down partitions with no live copy in sync
     * @param paused whether partitions are not moved
     */
    public record StatusResult(
            String cluster,
            long version,
            int replicas,
            int partitions,
            int underReplicated,
            int down,
            boolean autoReplace,
            List<ManagerStatus> managers,
            List<ServerStatus> servers,
            RebalanceStatus rebalance,
            boolean paused)
            implements Message {
        /** Copies that servers found damaged, and that are being mended. */
        public int damaged() {
            return servers.stream().mapToInt(ServerStatus::damaged).sum();
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(11)
                    .put(cluster)
                    .put(version)
                    .put(replicas)
                    .put(partitions)
                    .put(underReplicated)
                    .put(down)
                    .put(autoReplace)
                    .put(managers)
                    .put(servers)
                    .put(rebalance)
                    .put(paused);
        }

        static StatusResult decode(MessageReader in) {
            in.open();
            return in.close(new StatusResult(
                    in.text(),
                    in.int64(),
                    in.int32(),
                    in.int32(),
                    in.int32(),
                    in.int32(),
                    in.bool(),
                    in.list(ManagerStatus::decode),
                    in.list(ServerStatus::decode),
                    in.nested(RebalanceStatus::decode),
                    in.bool()));
        }
    }

    /**
     * One manager.
     *
     * @param address RPC
     */
    public record ManagerStatus(HostPort address, boolean leader, boolean alive) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(address).put(leader).put(alive);
        }

        static ManagerStatus decode(MessageReader in) {
            in.open();
            return in.close(new ManagerStatus(in.hostPort(), in.bool(), in.bool()));
        }
    }

    /**
     * One server.
     *
     * @param address RPC
     * @param state active, fault, joining, leaving, drained or new
     * @param primaries partitions of which it is the primary
     * @param copies partitions of which it is in sync
     * @param damaged copies that it found damaged, and that are being mended from others
     */
    public record ServerStatus(
            ServerId id, HostPort address, String state, int primaries, int copies, long items, long bytes, int damaged)
            implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(8)
                    .put(id)
                    .put(address)
                    .put(state)
                    .put(primaries)
                    .put(copies)
                    .put(items)
                    .put(bytes)
                    .put(damaged);
        }

        static ServerStatus decode(MessageReader in) {
            in.open();
            return in.close(new ServerStatus(
                    in.serverId(),
                    in.hostPort(),
                    in.text(),
                    in.int32(),
                    in.int32(),
                    in.int64(),
                    in.int64(),
                    in.int32()));
        }
    }

    /**
     * How far the rebalancing is.
     *
     * @param etaSec -1 if not known
     */
    public record RebalanceStatus(
            boolean running, long movesDone, long movesTotal, long bytesDone, long bytesPerSec, long etaSec)
            implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(6)
                    .put(running)
                    .put(movesDone)
                    .put(movesTotal)
                    .put(bytesDone)
                    .put(bytesPerSec)
                    .put(etaSec);
        }

        static RebalanceStatus decode(MessageReader in) {
            in.open();
            return in.close(new RebalanceStatus(in.bool(), in.int64(), in.int64(), in.int64(), in.int64(), in.int64()));
        }
    }
}
