package io.kumo.gateway.runtime;

import io.kumo.gateway.memcached.TextReplies;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** {@code stats settings}: memcached's names for what a gateway has too, and its own. Any loop may ask. */
final class SettingsReport {
    private static final String NONE = "NULL";

    private SettingsReport() {}

    static void write(Gateway gateway, ByteBuf out) {
        GatewayOptions options = gateway.options();
        ClientLimits limits = options.limits();
        List<ListenerOptions> listeners = options.listeners();
        stat(out, "maxbytes", limits.totalBytes());
        stat(out, "maxconns", limits.maxConnections());
        stat(out, "tcpport", gateway.listeners().address(0).port());
        stat(out, "udpport", 0);
        stat(out, "inter", listeners.get(0).where());
        stat(out, "verbosity", 0);
        stat(out, "evictions", "off");
        stat(
                out,
                "domain_socket",
                listeners.stream()
                        .filter(ListenerOptions::isUnix)
                        .map(ListenerOptions::path)
                        .findFirst()
                        .orElse(NONE));
        stat(out, "shutdown_command", "no");
        stat(out, "num_threads", gateway.loops().size());
        stat(out, "stat_key_prefix", ":");
        stat(out, "detail_enabled", "no");
        stat(out, "cas_enabled", "yes");
        stat(out, "tcp_backlog", Listeners.BACKLOG);
        stat(out, "binding_protocol", "auto-negotiate");
        String auth = yes(listeners.stream().anyMatch(ListenerOptions::auth));
        stat(out, "auth_enabled_sasl", auth);
        stat(out, "auth_enabled_ascii", auth);
        stat(out, "item_size_max", options.maxValueBytes());
        stat(out, "maxconns_fast", "yes");
        stat(out, "flush_enabled", yes(options.flushAll()));
        stat(out, "dump_enabled", "no");
        stat(out, "lru_crawler", "no");
        stat(out, "slab_reassign", "no");
        stat(out, "idle_timeout", limits.idleMs() / 1000);
        stat(out, "track_sizes", "no");
        stat(out, "ssl_enabled", yes(options.tls().isOn()));
        stat(out, "ssl_chain_cert", orNone(options.tls().cert()));
        stat(out, "ssl_key", orNone(options.tls().key()));
        stat(out, "ssl_ca_cert", orNone(options.tls().clientCa()));
        stat(out, "ssl_verify_mode", options.tls().clientCa().isEmpty() ? 0 : 2);
        stat(out, "ssl_min_version", "tlsv1.2");
        stat(out, "key_prefix", orNone(options.keyPrefix().toUtf8()));
        stat(out, "kumo_listeners", gateway.listeners().text());
        stat(out, "kumo_read_only", yes(listeners.stream().allMatch(ListenerOptions::readOnly)));
        stat(out, "kumo_stall_timeout_ms", limits.stallMs());
        stat(out, "kumo_client_memory", limits.clientBytes());
        stat(out, "kumo_near_cache", options.nearCache().bytes());
        stat(out, "kumo_near_cache_ttl_ms", options.nearCache().ttlMs());
        stat(out, "kumo_timeout_ms", options.timeoutMs());
        stat(out, "kumo_stale_reads", yes(options.staleReads()));
        stat(out, "kumo_async_set", yes(options.asyncSet()));
        stat(out, "kumo_async_delete", yes(options.asyncDelete()));
    }

    private static String orNone(String text) {
        return text.isEmpty() ? NONE : text;
    }

    private static String yes(boolean is) {
        return is ? "yes" : "no";
    }

    private static void stat(ByteBuf out, String name, long value) {
        TextReplies.stat(out, name, Long.toString(value));
    }

    private static void stat(ByteBuf out, String name, String value) {
        TextReplies.stat(out, name, value);
    }
}
