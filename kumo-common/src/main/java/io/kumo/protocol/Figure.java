package io.kumo.protocol;

import java.util.Locale;

/** Every figure that a process tells when it is asked with {@code Stat}: the one list of names. */
public enum Figure {
    ROLE("server or manager"),
    ID("a server's id"),
    ADDRESS("a manager's address"),
    PID("process id"),
    UPTIME("seconds since the process started"),
    TIME("the host's clock, seconds since 1970"),
    TIME_MS("the same, milliseconds"),
    VERSION("build of the program"),
    HTTP("where /metrics and /health are; off, or HOST:PORT"),
    MQTT("where a manager's broker listens"),
    HEAP_MAX_BYTES("the most that the JVM's heap may take"),
    HEAP_USED_BYTES("what it takes now, garbage included"),
    HEAP_LIVE_BYTES("what was left of it after the latest full collection; 0 before the first one"),
    CLUSTER("cluster id; empty if not known yet"),
    TABLE_VERSION("newest table that is known there"),
    LEADER("who leads, as this manager sees it"),
    SERVERS("servers of the table"),
    UNDER_REPLICATED("partitions with fewer live copies than wanted"),
    OBSTACLE("why no table can be decided; empty if nothing is in the way"),
    CMD_GET("reads that were answered since the start: hits and misses"),
    CMD_SET("writes that were answered since the start, but for deletes"),
    CMD_DELETE("deletes that were answered since the start"),
    P99_US("microseconds in which 99 % of the operations of the last 10 seconds were answered; 0 if there were none"),
    CURR_ITEMS("records in all copies"),
    STORE_BYTES("disk that the records take"),
    LOG_BYTES("disk that the commit log takes"),
    LOG_QUEUE_BYTES("entries that wait to be written to the log"),
    DIRTY_BYTES("memory of records that are not in the store yet"),
    CLEAN_BYTES("memory of records that are cached"),
    DISK_TOTAL_BYTES("of the file system that has the data"),
    DISK_FREE_BYTES("left on it for this process"),
    DISK_RESERVE_BYTES("writes are refused while less is free"),
    WRITES_REFUSED("true while they are, for want of disk"),
    PRIMARIES("partitions that it serves"),
    PROMOTING("partitions that it is about to serve"),
    COPIES("partitions of which it is a copy in sync, primaries not counted"),
    JOINING("partitions of which it catches up"),
    DAMAGED("copies that it found damaged, and that are being mended from others"),
    LEASES_LACKING("partitions that it may not read for a moment"),
    REPLICATION_LAG("entries that the slowest copy lacks, the most of all partitions"),
    IN_FLIGHT("operations that wait for an answer"),
    COPIED_BYTES("received for joining copies since the start");

    private final String help;

    Figure(String help) {
        this.help = help;
    }

    /** The name that is asked for and answered with. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it counts, for people. */
    public String help() {
        return help;
    }
}
