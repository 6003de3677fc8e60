package io.kumo.server.runtime;

import io.kumo.protocol.Call;
import io.kumo.protocol.Done;
import io.kumo.table.ServerId;

/**
 * One event loop of the server with all that lives on it.
 *
 * @param loop the way to it
 * @param host its replicas
 * @param peers its connections to other servers
 * @param meters its operations
 * @param checkpointer takes its records to the store
 */
record Shard(EventLoop loop, ReplicaHost host, PeerLinks peers, OperationMeters meters, Checkpointer checkpointer) {

    /** Sends one way on this shard's connection; dropped if there is none. On its loop. */
    void send(ServerId to, Call<Done> message) {
        peers.send(to, message);
    }
}
