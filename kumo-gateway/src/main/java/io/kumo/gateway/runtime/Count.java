package io.kumo.gateway.runtime;

import io.kumo.node.runtime.Meter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a gateway counts: a row of stats each, and a meter where it is one. */
enum Count {
    TOTAL_CONNECTIONS("total_connections"),
    REJECTED_CONNECTIONS("rejected_connections", Meter.REJECTED_CLIENTS),
    /** TLS handshakes that failed, or took too long. */
    FAILED_HANDSHAKES("kumo_tls_failures", Meter.TLS_FAILURES),
    /** Clients that sent no command for --idle-timeout. */
    IDLE_KICKS("idle_kicks", Meter.KICKED_CLIENTS, "reason", "idle"),
    /** Clients that did not send a command to its end, or did not read, for --stall-timeout. */
    STALL_KICKS("kumo_stall_kicks", Meter.KICKED_CLIENTS, "reason", "stalled"),
    /** Clients that did not say in time who they are. */
    ANONYMOUS_KICKS("kumo_anonymous_kicks", Meter.KICKED_CLIENTS, "reason", "anonymous"),
    AUTH_CMDS("auth_cmds", Meter.LOGINS),
    AUTH_ERRORS("auth_errors", Meter.FAILED_LOGINS),
    CMD_GET("cmd_get"),
    CMD_SET("cmd_set"),
    CMD_FLUSH("cmd_flush"),
    CMD_TOUCH("cmd_touch"),
    GET_HITS("get_hits", Meter.OPERATIONS, "kind", "get", "outcome", "hit"),
    GET_MISSES("get_misses", Meter.OPERATIONS, "kind", "get", "outcome", "miss"),
    DELETE_MISSES("delete_misses", Meter.OPERATIONS, "kind", "delete", "outcome", "miss"),
    DELETE_HITS("delete_hits", Meter.OPERATIONS, "kind", "delete", "outcome", "hit"),
    INCR_MISSES("incr_misses", Meter.OPERATIONS, "kind", "incr", "outcome", "miss"),
    INCR_HITS("incr_hits", Meter.OPERATIONS, "kind", "incr", "outcome", "hit"),
    DECR_MISSES("decr_misses", Meter.OPERATIONS, "kind", "decr", "outcome", "miss"),
    DECR_HITS("decr_hits", Meter.OPERATIONS, "kind", "decr", "outcome", "hit"),
    CAS_MISSES("cas_misses", Meter.OPERATIONS, "kind", "cas", "outcome", "miss"),
    CAS_HITS("cas_hits", Meter.OPERATIONS, "kind", "cas", "outcome", "hit"),
    CAS_BADVAL("cas_badval", Meter.OPERATIONS, "kind", "cas", "outcome", "mismatch"),
    TOUCH_HITS("touch_hits", Meter.OPERATIONS, "kind", "touch", "outcome", "hit"),
    TOUCH_MISSES("touch_misses", Meter.OPERATIONS, "kind", "touch", "outcome", "miss"),
    STORE_TOO_LARGE("store_too_large"),
    /** Clients that were disconnected because there was no memory for what they sent. */
    STORE_NO_MEMORY("store_no_memory"),
    BYTES_READ("bytes_read", Meter.RECEIVED),
    BYTES_WRITTEN("bytes_written", Meter.SENT),
    /** How often no more was read from a client because too much was under way for it. */
    CONN_YIELDS("conn_yields"),
    /** set, add, replace, append and prepend that were stored. */
    STORED("kumo_stored", Meter.OPERATIONS, "kind", "set", "outcome", "hit"),
    /** set, add, replace, append and prepend whose condition did not hold. */
    NOT_STORED("kumo_not_stored", Meter.OPERATIONS, "kind", "set", "outcome", "miss"),
    /** Reads that the near cache answered without asking. */
    NEAR_CACHE_HITS("kumo_near_cache_hits", Meter.NEAR_CACHE_READS, "outcome", "hit"),
    /** Reads that it answered after the primary said that nothing changed. */
    NEAR_CACHE_VALIDATED("kumo_near_cache_validated", Meter.NEAR_CACHE_READS, "outcome", "validated"),
    /** Reads whose value was sent, or that found nothing. */
    NEAR_CACHE_MISSES("kumo_near_cache_misses", Meter.NEAR_CACHE_READS, "outcome", "miss"),
    /** Operations that were sent again. */
    RETRIES("kumo_retries", Meter.RETRIES),
    READ_ERRORS("kumo_read_errors", Meter.OPERATIONS, "kind", "get", "outcome", "error"),
    WRITE_ERRORS("kumo_write_errors", Meter.OPERATIONS, "kind", "write", "outcome", "error"),
    /** Writes with noreply that failed: nobody was told. */
    NOREPLY_ERRORS("kumo_noreply_errors");

    /** How many there are. */
    static final int COUNT = values().length;

    private final String statName;
    private final @Nullable Meter meter;

    @SuppressWarnings("ImmutableEnumChecker") // an immutable list
    private final List<String> labels;

    Count(String statName) {
        this(statName, null);
    }

    Count(String statName, @Nullable Meter meter, String... labels) {
        this.statName = statName;
        this.meter = meter;
        this.labels = List.of(labels);
    }

    /** Its place in arrays of counts. */
    @SuppressWarnings("EnumOrdinal") // never leaves the process
    int index() {
        return ordinal();
    }

    /** The name in stats; memcached's where it has one. */
    String statName() {
        return statName;
    }

    /** Null where there is none. */
    @Nullable
    Meter meter() {
        return meter;
    }

    /** Names and values of the meter's labels in turn. */
    String[] labels() {
        return labels.toArray(String[]::new);
    }
}
