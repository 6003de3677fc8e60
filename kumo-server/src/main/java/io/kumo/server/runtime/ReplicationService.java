package io.kumo.server.runtime;

import io.kumo.protocol.Call;
import io.kumo.protocol.Done;
import io.kumo.protocol.Method;
import io.kumo.protocol.ReplicationMessages.Behind;
import io.kumo.protocol.ReplicationMessages.CopyChunk;
import io.kumo.protocol.ReplicationMessages.CopyReceived;
import io.kumo.protocol.ReplicationMessages.LeaseGrant;
import io.kumo.protocol.ReplicationMessages.LeaseRequest;
import io.kumo.protocol.ReplicationMessages.Release;
import io.kumo.protocol.ReplicationMessages.Replicate;
import io.kumo.protocol.ReplicationMessages.Replicated;
import io.kumo.protocol.VerifyMessages.CompareRanges;
import io.kumo.protocol.VerifyMessages.Compared;
import io.kumo.protocol.VerifyMessages.Distrust;
import io.kumo.rpc.runtime.RpcConnection;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.table.ServerId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/** Takes what other servers say to the replica of the partition, on its event loop. */
final class ReplicationService {
    private static final String SERVER_ROLE = "server";

    private final Shards shards;
    private final LeaseKeeper leases;
    private final Map<RpcConnection, ServerId> peers = new ConcurrentHashMap<>();

    ReplicationService(Shards shards, LeaseKeeper leases) {
        this.shards = shards;
        this.leases = leases;
    }

    void serve(RpcHandlers handlers) {
        handlers.onOpen(this::opened).onClose(peers::remove);
        route(handlers, Replicate.METHOD, Replicate::partition);
        route(handlers, Replicated.METHOD, Replicated::partition);
        route(handlers, Behind.METHOD, Behind::partition);
        route(handlers, Release.METHOD, Release::partition);
        route(handlers, CopyReceived.METHOD, CopyReceived::partition);
        route(handlers, CopyChunk.METHOD, CopyChunk::partition);
        route(handlers, CompareRanges.METHOD, CompareRanges::partition);
        route(handlers, Compared.METHOD, Compared::partition);
        route(handlers, Distrust.METHOD, Distrust::partition);
        handlers.on(LeaseRequest.METHOD, (from, call, reply) -> {
            ServerId peer = peers.get(from);
            if (peer != null) {
                leases.onRequest(peer, call);
            }
        });
        handlers.on(LeaseGrant.METHOD, (from, call, reply) -> {
            ServerId peer = peers.get(from);
            if (peer != null) {
                leases.onGrant(peer, call);
            }
        });
    }

    private <Q extends Call<Done>> void route(
            RpcHandlers handlers, Method<Q, Done> method, ToIntFunction<Q> partitionOf) {
        handlers.on(method, (from, call, reply) -> {
            ServerId peer = peers.get(from);
            int partition = partitionOf.applyAsInt(call);
            if (peer == null || partition < 0) {
                return;
            }
            Shard shard = shards.of(partition);
            if (shard.loop().isCurrent()) {
                shard.host().onMessage(partition, peer, call);
            } else {
                shard.loop().post(() -> shard.host().onMessage(partition, peer, call));
            }
        });
    }

    private void opened(RpcConnection connection) {
        if (connection.peerRole().equals(SERVER_ROLE)) {
            peers.put(connection, ServerId.parse(connection.peerName()));
        }
    }
}
