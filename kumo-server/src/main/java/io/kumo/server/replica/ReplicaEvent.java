package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.table.ServerId;

/** What is worth a line in the log or a count. Values, so that the shell decides how to show them. */
public sealed interface ReplicaEvent {
    int partition();

    /** The replica has another role now. */
    record RoleChanged(int partition, long epoch, ReplicaRole role) implements ReplicaEvent {}

    /** The primary serves: leases have run out or were released, and all copies in sync are equal. */
    record Activated(int partition, long epoch, long lastSeq, int inSync) implements ReplicaEvent {}

    /** Entries beyond {@code lastSeq}, never acknowledged, were undone. */
    record Undone(int partition, long epoch, long lastSeq, long count) implements ReplicaEvent {}

    /** The primary starts to send a copy: only what differs, or all of it. */
    record CopyStarted(int partition, ServerId joiner, long seq, boolean isDiff) implements ReplicaEvent {}

    /** A joiner has everything; nothing is acknowledged without it from here on. */
    record Joined(int partition, ServerId joiner, long seq) implements ReplicaEvent {}

    /** A copy does not answer; the managers are asked to go on without it. */
    record Unresponsive(int partition, ServerId copy) implements ReplicaEvent {}

    /** A copy in sync lacks what it must have: its disk lost something, or there is a bug. */
    record CopyLacksEntries(int partition, ServerId copy, long has, long committed) implements ReplicaEvent {}

    /** A record here does not fit its checksum. */
    record Damaged(int partition, Bytes key) implements ReplicaEvent {}

    /** The table has not named this server for long enough: what it had of the partition goes. */
    record Dropped(int partition) implements ReplicaEvent {}
}
