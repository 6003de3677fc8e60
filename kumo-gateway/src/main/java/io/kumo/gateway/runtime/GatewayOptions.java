package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.Check;
import io.kumo.base.HostPort;
import io.kumo.config.OptionSpec;
import io.kumo.config.ParsedOptions;
import io.kumo.gateway.memcached.TextParser;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * How a gateway is set up.
 *
 * @param listen where memcached's clients connect
 * @param managers RPC addresses
 * @param timeoutMs deadline of one operation
 * @param maxValueBytes largest value that is taken
 * @param maxConnections further clients are refused
 * @param eventLoops threads that serve clients
 * @param flushAll whether flush_all is allowed
 * @param staleReads read any copy in sync, not only the primary
 * @param asyncSet answer writes once the primary's own log has them
 * @param asyncDelete the same for deletes
 * @param keyPrefix put before every key
 * @param clientBytes memory that one client's commands may take before no more is read from it
 * @param totalBytes the same for all clients together
 */
public record GatewayOptions(
        HostPort listen,
        List<HostPort> managers,
        long timeoutMs,
        int maxValueBytes,
        int maxConnections,
        int eventLoops,
        boolean flushAll,
        boolean staleReads,
        boolean asyncSet,
        boolean asyncDelete,
        Bytes keyPrefix,
        long clientBytes,
        long totalBytes) {
    private static final int MANAGER_PORT = 19700;
    private static final int LISTEN_PORT = 11411;
    private static final int LONGEST_PREFIX = 128;
    private static final String UNTIL_TIMEOUT = "operations are retried until --timeout.";

    static final OptionSpec<List<HostPort>> MANAGER = OptionSpec.hostPorts(
                    "manager1", "", MANAGER_PORT, "Address of a manager; may be given more than once.")
            .shorts("m")
            .required();
    static final OptionSpec<List<HostPort>> PARTNER = OptionSpec.hostPorts(
                    "manager2", "", MANAGER_PORT, "Addresses of the other managers.")
            .shorts("p");
    static final OptionSpec<HostPort> TEXT = OptionSpec.port(
                    "memproto-text",
                    "127.0.0.1:" + LISTEN_PORT,
                    "127.0.0.1",
                    "Where memcached's clients connect; 0.0.0.0:PORT for those of other hosts.")
            .shorts("t");
    static final OptionSpec<Duration> TIMEOUT = OptionSpec.duration(
            "timeout", "5s", "Deadline of one operation: until then it is retried, through failovers too.");
    static final OptionSpec<Long> MAX_VALUE =
            OptionSpec.bytes("max-value", "1m", 1, 8 << 20, "Largest value that is taken.");
    static final OptionSpec<Integer> MAX_CONNECTIONS =
            OptionSpec.integer("max-connections", "10000", 1, 1_000_000, "Further clients are refused.");
    static final OptionSpec<Integer> EVENT_LOOPS = OptionSpec.integer(
            "event-loops", "0", 0, 64, "Threads that serve clients; 0 for one for each four processors.");
    static final OptionSpec<Boolean> FLUSH_ALL =
            OptionSpec.flag("enable-flush-all", "Allow flush_all, which deletes everything in the whole cluster.");
    static final OptionSpec<Boolean> STALE_READS =
            OptionSpec.flag("stale-reads", "Read from any copy, not only from the primary: a value may be old.");
    static final OptionSpec<Boolean> ASYNC_SET = OptionSpec.flag(
                    "async-replicate-set",
                    "Answer a write before the other copies have it: a crash of one server may lose it.")
            .shorts("As");
    static final OptionSpec<Boolean> ASYNC_DELETE =
            OptionSpec.flag("async-replicate-delete", "The same for deletes.").shorts("Ad");
    static final OptionSpec<String> KEY_PREFIX =
            OptionSpec.string("key-prefix", "", "Put this before every key.").shorts("k");
    static final OptionSpec<Long> CLIENT_MEMORY = OptionSpec.bytes(
            "client-memory", "4m", 64 << 10, 1L << 40, "A client with more than this under way is not read from.");
    static final OptionSpec<Long> MEMORY = OptionSpec.bytes(
            "memory", "0", 0, 1L << 40, "The same for all clients together; 0 for a quarter of the heap.");

    /** All, in the order of the documentation. */
    static final List<OptionSpec<?>> SPECS = List.of(
            MANAGER,
            PARTNER,
            TEXT,
            TIMEOUT,
            MAX_VALUE,
            MAX_CONNECTIONS,
            EVENT_LOOPS,
            FLUSH_ALL,
            STALE_READS,
            ASYNC_SET,
            ASYNC_DELETE,
            KEY_PREFIX,
            CLIENT_MEMORY,
            MEMORY,
            OptionSpec.noEffect("keepalive-interval", "SECONDS", "broken connections are noticed without it."),
            OptionSpec.noEffect("memproto-save-flag", "", "flags are always kept.")
                    .shorts("F"),
            OptionSpec.noEffect("memproto-save-expire", "", "expiry times are always kept.")
                    .shorts("E"),
            OptionSpec.noEffect("get-retry", "N", UNTIL_TIMEOUT).shorts("G"),
            OptionSpec.noEffect("set-retry", "N", UNTIL_TIMEOUT).shorts("S"),
            OptionSpec.noEffect("delete-retry", "N", UNTIL_TIMEOUT).shorts("D"),
            OptionSpec.noEffect("renew-threshold", "N", "a newer table is used as soon as there is one.")
                    .shorts("rn"),
            OptionSpec.noEffect("local-cache", "TEXT", "a cache beside the servers would return old values.")
                    .shorts("lc"),
            OptionSpec.noEffect("memproto-binary", "PORT", "the binary protocol is not there yet.")
                    .shorts("b"),
            OptionSpec.noEffect("cloudy", "PORT", "clients of the text protocol may send without waiting.")
                    .shorts("c"));

    /** Of a command line. */
    static GatewayOptions of(ParsedOptions given) {
        int loops = given.value(EVENT_LOOPS);
        long memory = given.value(MEMORY);
        Runtime host = Runtime.getRuntime();
        return new GatewayOptions(
                given.value(TEXT),
                Stream.concat(given.value(MANAGER).stream(), given.value(PARTNER).stream())
                        .distinct()
                        .toList(),
                given.value(TIMEOUT).toMillis(),
                given.value(MAX_VALUE).intValue(),
                given.value(MAX_CONNECTIONS),
                loops == 0 ? Math.max(1, host.availableProcessors() / 4) : loops,
                given.value(FLUSH_ALL),
                given.value(STALE_READS),
                given.value(ASYNC_SET),
                given.value(ASYNC_DELETE),
                Bytes.utf8(given.value(KEY_PREFIX)),
                given.value(CLIENT_MEMORY),
                memory == 0 ? host.maxMemory() / 4 : memory);
    }

    public GatewayOptions {
        Check.argument(!managers.isEmpty(), "--manager1 (-m) is empty");
        Check.argument(timeoutMs > 0, "--timeout is not positive");
        Check.argument(
                keyPrefix.length() <= LONGEST_PREFIX && isKey(keyPrefix),
                "--key-prefix (-k) is longer than %d bytes, or has a character that a key may not have",
                LONGEST_PREFIX);
        managers = List.copyOf(managers);
    }

    private static boolean isKey(Bytes text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.at(i) >= 0 && text.at(i) <= ' ') {
                return false;
            }
        }
        return text.length() < TextParser.MAX_KEY_BYTES;
    }
}
