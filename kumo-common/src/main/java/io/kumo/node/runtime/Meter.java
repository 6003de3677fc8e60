package io.kumo.node.runtime;

/** Every meter of every daemon: the one list of names, units and help. */
public enum Meter {
    OPERATIONS("kumo.operations", Kind.COUNTER, "", "Operations by kind and outcome"),
    OPERATION_LATENCY("kumo.operation.latency", Kind.LATENCY, "seconds", "Time from request to answer, by kind"),
    RETRIES("kumo.retries", Kind.COUNTER, "", "Operations that were sent again"),
    CLIENT_CONNECTIONS(
            "kumo.client.connections",
            Kind.GAUGE,
            "",
            "Open connections: memcached clients of a gateway, MQTT clients of a manager"),
    REJECTED_CLIENTS("kumo.client.rejected", Kind.COUNTER, "", "Clients refused because there were too many"),
    KICKED_CLIENTS(
            "kumo.client.kicked",
            Kind.COUNTER,
            "",
            "Clients disconnected because they took too long, by reason: idle, stalled, anonymous"),
    LOGINS("kumo.client.logins", Kind.COUNTER, "", "Attempts of clients to authenticate"),
    FAILED_LOGINS("kumo.client.logins.failed", Kind.COUNTER, "", "Those that failed"),
    TLS_FAILURES("kumo.client.tls.failed", Kind.COUNTER, "", "TLS handshakes with clients that failed"),
    TLS_EXPIRY("kumo.client.tls.expiry", Kind.GAUGE, "seconds", "Time until the certificate for clients expires"),
    PEERS_REFUSED(
            "kumo.peers.refused", Kind.COUNTER, "", "Peers that were turned away: they did not prove who they are"),
    NODE_CERTIFICATE_EXPIRY(
            "kumo.node.certificate.expiry", Kind.GAUGE, "seconds", "Time until the certificate for peers expires"),
    NEAR_CACHE_READS(
            "kumo.near.cache.reads",
            Kind.COUNTER,
            "",
            "Reads with a near cache by outcome: hit (nobody was asked), validated (the value was not sent), miss"),
    NEAR_CACHE_BYTES("kumo.near.cache.size", Kind.GAUGE, "bytes", "Memory of the near cache"),
    IN_FLIGHT("kumo.in.flight", Kind.GAUGE, "", "Operations that wait for an answer"),
    RPC_CONNECTIONS("kumo.rpc.connections", Kind.GAUGE, "", "Open RPC connections"),
    RECEIVED("kumo.received", Kind.COUNTER, "bytes", "Bytes read from clients"),
    SENT("kumo.sent", Kind.COUNTER, "bytes", "Bytes written to clients"),
    TABLE_VERSION("kumo.table.version", Kind.GAUGE, "", "Newest partition table that is known"),
    LEADER("kumo.leader", Kind.GAUGE, "", "1 if this manager leads"),
    MEMBERS("kumo.members", Kind.GAUGE, "", "Members of the group that are in view, by role"),
    UNDER_REPLICATED(
            "kumo.partitions.under.replicated", Kind.GAUGE, "", "Partitions with fewer live copies than wanted"),
    PARTITIONS_DOWN("kumo.partitions.down", Kind.GAUGE, "", "Partitions with no live copy in sync"),
    REBALANCE_MOVES_LEFT("kumo.rebalance.moves.left", Kind.GAUGE, "", "Copies and primaries that still have to move"),
    PARTITIONS(
            "kumo.partitions", Kind.GAUGE, "", "Partitions of this server by role: primary, promoting, copy, joining"),
    LEASES_LACKING("kumo.leases.lacking", Kind.GAUGE, "", "Partitions of this primary whose read lease has run out"),
    REPLICATION_LAG(
            "kumo.replication.lag",
            Kind.GAUGE,
            "",
            "Entries that the slowest copy in sync lacks, the highest of all partitions"),
    LOG_BYTES("kumo.log.size", Kind.GAUGE, "bytes", "Commit log on disk"),
    LOG_QUEUE("kumo.log.queue", Kind.GAUGE, "bytes", "Entries that wait to be written to the commit log"),
    LOG_APPENDED("kumo.log.appended", Kind.COUNTER, "bytes", "Bytes written to the commit log"),
    MEMTABLE_BYTES("kumo.memtable.size", Kind.GAUGE, "bytes", "Memory of records, by state: dirty, clean"),
    STORE_RECORDS("kumo.store.records", Kind.GAUGE, "", "Records in all partitions of this server"),
    STORE_BYTES("kumo.store.size", Kind.GAUGE, "bytes", "Disk that the store takes"),
    DISK_USABLE("kumo.disk.usable", Kind.GAUGE, "bytes", "Disk that is free for the store and the log"),
    STORE_READS("kumo.store.reads", Kind.COUNTER, "", "Reads that had to go to the store"),
    CHECKPOINT_LATENCY("kumo.checkpoint.latency", Kind.LATENCY, "seconds", "Duration of a checkpoint into the store"),
    CHECKPOINTED("kumo.checkpointed", Kind.COUNTER, "", "Records moved from the log to the store"),
    COPIED("kumo.copied", Kind.COUNTER, "bytes", "Bytes received for joining copies"),
    EXPIRED("kumo.expired", Kind.COUNTER, "", "Expired records that were swept"),
    BACKUP_LAST_SUCCESS(
            "kumo.backup.last.success",
            Kind.GAUGE,
            "seconds",
            "When the newest whole backup that this server wrote for was begun, since 1970; 0 if none is known"),
    BACKUP_DURATION("kumo.backup.duration", Kind.GAUGE, "seconds", "How long that one took, 0 after a restart"),
    BACKUP_BYTES("kumo.backup.size", Kind.GAUGE, "bytes", "What this server wrote for it, 0 after a restart"),
    BACKUPS_FAILED("kumo.backup.failed", Kind.COUNTER, "", "Backups that were cancelled, given up or failed here"),
    BACKUP_RUNNING("kumo.backup.running", Kind.GAUGE, "", "1 while this server writes for a backup");

    /** What a meter measures. */
    public enum Kind {
        /** Only grows. */
        COUNTER,
        GAUGE,
        /** A histogram of durations. */
        LATENCY
    }

    private final String id;
    private final Kind kind;
    private final String unit;
    private final String help;

    Meter(String id, Kind kind, String unit, String help) {
        this.id = id;
        this.kind = kind;
        this.unit = unit;
        this.help = help;
    }

    /** With dots; Prometheus gets underscores and a suffix. */
    public String id() {
        return id;
    }

    public Kind kind() {
        return kind;
    }

    /** seconds, bytes or empty for a number of things. */
    public String unit() {
        return unit;
    }

    public String help() {
        return help;
    }
}
