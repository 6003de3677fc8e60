package io.kumo.server.store.runtime;

import io.kumo.table.ServerId;
import java.nio.file.Path;
import java.util.Optional;

/** The directory of a server: who it is, which cluster it belongs to, and the lock that keeps other processes out. */
public interface StoreDirectory {
    Path path();

    /** Random, made when the directory was. */
    ServerId serverId();

    /** Random, of this process: another one with each {@link Storage#open}. Never 0. */
    long incarnation();

    /** The cluster that the data belongs to, once known. */
    Optional<String> clusterId();

    /**
     * Keeps the cluster id for good, synced; WRONG_CLUSTER with what to do if the directory has another one. Blocks.
     */
    void joinCluster(String clusterId);
}
