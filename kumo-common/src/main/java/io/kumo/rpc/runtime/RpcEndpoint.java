package io.kumo.rpc.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.ControlMessages.HelloResult;
import io.kumo.security.runtime.NodeSecurity;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What a connection needs of the server or client that it belongs to. */
final class RpcEndpoint {
    private final Supplier<Hello> self;
    private final RpcHandlers handlers;
    private final LongSupplier tableVersion;
    private final RpcLimits limits;

    RpcEndpoint(Supplier<Hello> self, RpcHandlers handlers, LongSupplier tableVersion, RpcLimits limits) {
        this.self = self;
        this.handlers = handlers;
        this.tableVersion = tableVersion;
        this.limits = limits;
    }

    RpcHandlers handlers() {
        return handlers;
    }

    NodeSecurity security() {
        return handlers.security();
    }

    RpcLimits limits() {
        return limits;
    }

    long tableVersion() {
        return tableVersion.getAsLong();
    }

    Hello self() {
        return self.get();
    }

    /** The answer to a Hello; KumoException for a peer of another cluster, or of no version that both speak. */
    HelloResult accept(Hello peer) {
        Hello own = self();
        checkCluster(own, peer.clusterId(), peer.role() + " " + peer.name());
        return new HelloResult(own.versionWith(peer), own.clusterId(), own.role(), own.name(), own.build());
    }

    static void checkCluster(Hello own, String peerCluster, String peer) {
        if (!own.clusterId().isEmpty()
                && !peerCluster.isEmpty()
                && !own.clusterId().equals(peerCluster)) {
            throw new KumoException(
                    ErrorCode.WRONG_CLUSTER,
                    peer + " belongs to cluster " + peerCluster + ", but " + own.role() + " " + own.name()
                            + " to cluster " + own.clusterId());
        }
    }

    void opened(RpcConnection connection) {
        handlers.opened(connection);
    }

    void closed(RpcConnection connection, boolean wasOpen) {
        if (wasOpen) {
            handlers.closed(connection);
        }
    }
}
