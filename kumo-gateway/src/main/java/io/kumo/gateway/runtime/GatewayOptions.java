package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.Check;
import io.kumo.base.HostPort;
import io.kumo.config.OptionSpec;
import io.kumo.config.ParsedOptions;
import io.kumo.gateway.memcached.TextParser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How a gateway is set up.
 *
 * @param listeners where memcached's clients connect
 * @param managers RPC addresses
 * @param timeoutMs deadline of one operation
 * @param maxValueBytes largest value that is taken
 * @param eventLoops threads that serve clients
 * @param flushAll whether flush_all is allowed
 * @param staleReads read any copy in sync, not only the primary
 * @param asyncSet answer writes once the primary's own log has them
 * @param asyncDelete the same for deletes
 * @param keyPrefix put before every key
 * @param nearCache values kept beside the clients
 * @param limits what clients may take
 * @param tls for listeners that encrypt
 * @param authFile users; empty for none
 */
public record GatewayOptions(
        List<ListenerOptions> listeners,
        List<HostPort> managers,
        long timeoutMs,
        int maxValueBytes,
        int eventLoops,
        boolean flushAll,
        boolean staleReads,
        boolean asyncSet,
        boolean asyncDelete,
        Bytes keyPrefix,
        NearCacheOptions nearCache,
        ClientLimits limits,
        TlsOptions tls,
        String authFile) {
    private static final int MANAGER_PORT = 19700;
    private static final String LOOPBACK = "127.0.0.1";
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
    static final OptionSpec<List<HostPort>> TEXT = OptionSpec.ports(
                    "memproto-text",
                    LOOPBACK + ":" + LISTEN_PORT,
                    LOOPBACK,
                    "Where memcached's clients connect; 0.0.0.0:PORT for those of other hosts. May be given"
                            + " more than once; the default counts only if no other listener is given.")
            .shorts("t");
    static final OptionSpec<List<HostPort>> BINARY = OptionSpec.ports(
                    "memproto-binary",
                    "",
                    LOOPBACK,
                    "A port where only memcached's binary protocol is spoken; the others take any. May be given more"
                            + " than once.")
            .shorts("b");
    static final OptionSpec<List<HostPort>> TLS_LISTEN = OptionSpec.ports(
            "tls-listen", "", LOOPBACK, "The same, encrypted; needs --tls-cert. May be given more than once.");
    static final OptionSpec<List<ListenerOptions.Given>> LISTEN = OptionSpec.each(
            "listen",
            "WHERE[,SETTING]...",
            "A listener with settings of its own: HOST:PORT or unix:PATH, then, after commas, tls,"
                    + " protocol=any|text|binary, auth=on|off, read-only, mode=OCTAL of a Unix socket. May be given"
                    + " more than once.",
            ListenerOptions.Given::parse);
    static final OptionSpec<String> TLS_CERT = OptionSpec.path(
                    "tls-cert", "", "Certificate of this gateway, and those between it and its root; PEM.")
            .argument("FILE");
    static final OptionSpec<String> TLS_KEY =
            OptionSpec.path("tls-key", "", "Its private key; PEM.").argument("FILE");
    static final OptionSpec<String> TLS_CLIENT_CA = OptionSpec.path(
                    "tls-client-ca", "", "Clients must show a certificate that one of these has signed; PEM.")
            .argument("FILE");
    static final OptionSpec<String> AUTH_FILE = OptionSpec.path(
                    "auth-file",
                    "",
                    "Users and their hashed passwords, made with 'kumoctl passwd'. Clients of all listeners must"
                            + " authenticate, but for those with auth=off.")
            .argument("FILE");
    static final OptionSpec<Boolean> READ_ONLY = OptionSpec.flag("read-only", "Refuse all writes.");
    static final OptionSpec<Duration> IDLE_TIMEOUT = OptionSpec.duration(
            "idle-timeout", "0s", "A client that sends no command for so long is disconnected; 0: never.");
    static final OptionSpec<Duration> STALL_TIMEOUT = OptionSpec.duration(
            "stall-timeout",
            "60s",
            "The same for a client that does not send a command to its end, or does not read its answers; 0: never.");
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
    static final OptionSpec<Long> NEAR_CACHE = OptionSpec.bytes(
                    "near-cache",
                    "0",
                    0,
                    1L << 40,
                    "Keep so much of values here. The primary is asked whether they are still the newest, but need not"
                            + " send them.")
            .shorts("lc");
    static final OptionSpec<Duration> NEAR_CACHE_TTL = OptionSpec.duration(
            "near-cache-ttl", "0s", "Do not even ask for so long after a value was read: it may be old then.");
    static final OptionSpec<Long> CLIENT_MEMORY = OptionSpec.bytes(
            "client-memory", "4m", 64 << 10, 1L << 40, "A client with more than this under way is not read from.");
    static final OptionSpec<Long> MEMORY = OptionSpec.bytes(
            "memory", "0", 0, 1L << 40, "The same for all clients together; 0 for a quarter of the heap.");

    /** All, in the order of the documentation. */
    static final List<OptionSpec<?>> SPECS = List.of(
            MANAGER,
            PARTNER,
            TEXT,
            BINARY,
            TLS_LISTEN,
            LISTEN,
            TLS_CERT,
            TLS_KEY,
            TLS_CLIENT_CA,
            AUTH_FILE,
            READ_ONLY,
            TIMEOUT,
            MAX_VALUE,
            MAX_CONNECTIONS,
            IDLE_TIMEOUT,
            STALL_TIMEOUT,
            EVENT_LOOPS,
            FLUSH_ALL,
            STALE_READS,
            ASYNC_SET,
            ASYNC_DELETE,
            KEY_PREFIX,
            NEAR_CACHE,
            NEAR_CACHE_TTL,
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
            OptionSpec.noEffect("cloudy", "PORT", "clients of the text protocol may send without waiting.")
                    .shorts("c"));

    /** Of a command line. */
    static GatewayOptions of(ParsedOptions given) {
        int loops = given.value(EVENT_LOOPS);
        long memory = given.value(MEMORY);
        Runtime host = Runtime.getRuntime();
        return new GatewayOptions(
                listeners(given),
                Stream.concat(given.value(MANAGER).stream(), given.value(PARTNER).stream())
                        .distinct()
                        .toList(),
                given.value(TIMEOUT).toMillis(),
                given.value(MAX_VALUE).intValue(),
                loops == 0 ? Math.max(1, host.availableProcessors() / 4) : loops,
                given.value(FLUSH_ALL),
                given.value(STALE_READS),
                given.value(ASYNC_SET),
                given.value(ASYNC_DELETE),
                Bytes.utf8(given.value(KEY_PREFIX)),
                new NearCacheOptions(
                        given.value(NEAR_CACHE), given.value(NEAR_CACHE_TTL).toMillis()),
                new ClientLimits(
                        given.value(MAX_CONNECTIONS),
                        given.value(CLIENT_MEMORY),
                        memory == 0 ? host.maxMemory() / 4 : memory,
                        given.value(IDLE_TIMEOUT).toMillis(),
                        given.value(STALL_TIMEOUT).toMillis()),
                new TlsOptions(given.value(TLS_CERT), given.value(TLS_KEY), given.value(TLS_CLIENT_CA)),
                given.value(AUTH_FILE));
    }

    private static List<ListenerOptions> listeners(ParsedOptions given) {
        boolean auth = !given.value(AUTH_FILE).isEmpty();
        List<ListenerOptions> all = new ArrayList<>();
        boolean others = given.isGiven(BINARY) || given.isGiven(TLS_LISTEN) || given.isGiven(LISTEN);
        if (given.isGiven(TEXT) || !others) {
            given.value(TEXT)
                    .forEach(address -> all.add(ListenerOptions.plain(address).withAuth(auth)));
        }
        given.value(BINARY)
                .forEach(address ->
                        all.add(ListenerOptions.plain(address).withBinary().withAuth(auth)));
        given.value(TLS_LISTEN)
                .forEach(address ->
                        all.add(ListenerOptions.plain(address).withTls().withAuth(auth)));
        given.value(LISTEN).forEach(one -> all.add(one.listener(auth)));
        return given.value(READ_ONLY)
                ? all.stream().map(ListenerOptions::withReadOnly).toList()
                : all;
    }

    public GatewayOptions {
        Check.argument(!managers.isEmpty(), "--manager1 (-m) is empty");
        Check.argument(timeoutMs > 0, "--timeout is not positive");
        Check.argument(
                keyPrefix.length() <= LONGEST_PREFIX && isKey(keyPrefix),
                "--key-prefix (-k) is longer than %d bytes, or has a character that a key may not have",
                LONGEST_PREFIX);
        Check.argument(!listeners.isEmpty(), "no listener is given");
        Check.argument(
                listeners.stream()
                                .map(ListenerOptions::where)
                                .filter(where -> !where.endsWith(":0"))
                                .distinct()
                                .count()
                        == listeners.stream()
                                .filter(one -> !one.where().endsWith(":0"))
                                .count(),
                "two listeners have the same address");
        Check.argument(
                tls.isOn() || listeners.stream().noneMatch(ListenerOptions::tls),
                "a listener with TLS needs --tls-cert and --tls-key");
        Check.argument(
                !tls.isOn() || listeners.stream().anyMatch(ListenerOptions::tls),
                "--tls-cert has no effect without --tls-listen, or --listen with tls");
        Check.argument(
                !authFile.isEmpty() || listeners.stream().noneMatch(ListenerOptions::auth),
                "a listener with auth=on needs --auth-file");
        Check.argument(
                nearCache.bytes() <= Runtime.getRuntime().maxMemory() / 2,
                "--near-cache is more than half of the heap: give Java more with KUMO_JAVA_OPTS=-Xmx...");
        managers = List.copyOf(managers);
        listeners = List.copyOf(listeners);
    }

    /** The first listener's. */
    HostPort listen() {
        return listeners.get(0).address();
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
