package io.kumo.server.replica;

/** What a replica is in the newest table that it knows. */
public enum ReplicaRole {
    /** The table does not name this server for the partition, or not this incarnation of it. */
    NONE,
    /** Catches up. */
    JOINING,
    /** Has every acknowledged write and takes entries from the primary. */
    FOLLOWER,
    /** Primary that does not serve yet: older leases run, or copies are not equal yet. */
    PROMOTING,
    /** Serves. */
    PRIMARY
}
