package io.kumo.server.runtime;

import io.kumo.base.HostPort;
import io.kumo.config.OptionSpec;
import io.kumo.config.ParsedOptions;
import io.kumo.config.UsageException;
import io.kumo.server.store.SyncMode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How one server was asked to run. Every option of the command line is defined here, once; those that every daemon has
 * are NodeMain's.
 *
 * @param listen where RPC is bound
 * @param advertised what others are told to connect to; the port is that of {@code listen} once it is known if it is 0
 * @param managers RPC addresses of all managers
 * @param store directory
 * @param memoryBytes bound of records in memory
 * @param cacheBytes bound of the store's own cache
 * @param shards event loops
 * @param copyRateBytes per second that copies for joining servers may take, in all
 * @param copyStreams copies for joining servers at the same time
 * @param diskReserveBytes below this much free disk writes are refused
 */
public record ServerOptions(
        HostPort listen,
        HostPort advertised,
        List<HostPort> managers,
        Path store,
        boolean inMemory,
        SyncMode sync,
        long logRetentionBytes,
        long memoryBytes,
        long cacheBytes,
        int shards,
        int minCopies,
        int maxValueBytes,
        String zone,
        long copyRateBytes,
        int copyStreams,
        long diskReserveBytes) {

    /** Where records are kept. */
    enum StoreMode {
        DISK,
        MEMORY
    }

    static final int DEFAULT_PORT = 19800;
    private static final int MANAGER_PORT = 19700;
    private static final int MAX_SHARDS = 64;
    private static final long LARGEST = 1L << 50;
    private static final Set<String> ANY_ADDRESS = Set.of("0.0.0.0", "::", "*");

    static final OptionSpec<HostPort> LISTEN = OptionSpec.hostPort(
                    "listen",
                    "127.0.0.1",
                    DEFAULT_PORT,
                    "Address to listen on; others connect to it as it is given here.")
            .shorts("l");
    static final OptionSpec<Optional<HostPort>> ADVERTISE = OptionSpec.hostPort(
                    "advertise",
                    "127.0.0.1",
                    0,
                    "Address that others connect to, where it is not the one to listen on.")
            .optional();
    static final OptionSpec<List<HostPort>> MANAGER1 = OptionSpec.hostPorts(
                    "manager1", "", MANAGER_PORT, "Addresses of the managers.")
            .shorts("m")
            .required();
    static final OptionSpec<List<HostPort>> MANAGER2 = OptionSpec.hostPorts(
                    "manager2", "", MANAGER_PORT, "Further managers' addresses.")
            .shorts("p");
    static final OptionSpec<String> STORE = OptionSpec.path(
                    "store", "", "Directory of the data; made if it is missing. Its name may end in anything.")
            .shorts("s")
            .required();
    static final OptionSpec<StoreMode> STORE_MODE = OptionSpec.choice(
            "store-mode",
            "disk",
            StoreMode.class,
            "Where records are kept; in memory, they are gone with the process.");
    static final OptionSpec<SyncMode> SYNC = OptionSpec.choice(
            "sync",
            "interval",
            SyncMode.class,
            "When the log survives a power cut: before each answer, every second, or when the kernel likes.");
    static final OptionSpec<Long> LOG_RETENTION = OptionSpec.bytes(
            "log-retention",
            "1g",
            1 << 20,
            LARGEST,
            "Log kept so that a server that comes back copies only what it missed.");
    static final OptionSpec<Optional<Long>> MEMORY = OptionSpec.bytes(
                    "memory", "256m", 8 << 20, LARGEST, "Memory for records; a quarter of the heap unless given.")
            .optional();
    static final OptionSpec<Optional<Long>> XODUS_CACHE = OptionSpec.bytes(
                    "xodus-cache",
                    "128m",
                    8 << 20,
                    LARGEST,
                    "Memory for pages of the store; an eighth of the heap unless given.")
            .optional();
    static final OptionSpec<Optional<Integer>> SHARDS = OptionSpec.integer(
                    "shards", "1", 1, MAX_SHARDS, "Event loops; half of the processors, at most 4, unless given.")
            .optional();
    static final OptionSpec<Integer> MIN_COPIES =
            OptionSpec.integer("min-copies", "1", 1, 8, "With fewer copies in sync, writes are refused.");
    static final OptionSpec<Long> MAX_VALUE =
            OptionSpec.bytes("max-value", "1m", 1, 64 << 20, "Largest value, that of append and prepend included.");
    static final OptionSpec<String> ZONE = OptionSpec.string(
            "zone", "", "Copies of a partition go to servers with different zones where there are enough.");
    static final OptionSpec<Long> COPY_RATE = OptionSpec.bytes(
            "copy-rate",
            "100m",
            64 << 10,
            LARGEST,
            "Bytes per second that this server sends to servers that catch up; less while clients are served and"
                    + " the processors are busy.");
    static final OptionSpec<Integer> COPY_STREAMS = OptionSpec.integer(
            "copy-streams", "32", 1, 1024, "Partitions that this server copies to others at the same time.");
    static final OptionSpec<Long> DISK_RESERVE = OptionSpec.bytes(
            "disk-reserve", "512m", 0, LARGEST, "With less free disk, writes are refused; reads and deletes go on.");

    /** All options of the program, in the order of its manual. */
    static List<OptionSpec<?>> specs() {
        List<OptionSpec<?>> all = new ArrayList<>(List.of(
                LISTEN,
                ADVERTISE,
                MANAGER1,
                MANAGER2,
                STORE,
                STORE_MODE,
                SYNC,
                LOG_RETENTION,
                MEMORY,
                XODUS_CACHE,
                SHARDS,
                MIN_COPIES,
                MAX_VALUE,
                ZONE,
                COPY_RATE,
                COPY_STREAMS,
                DISK_RESERVE));
        all.addAll(ofKumofs());
        return all;
    }

    /** Options of kumofs's kumo-server that have no meaning here. */
    private static List<OptionSpec<?>> ofKumofs() {
        String retries = "a write is sent to a copy until it has it, or until the managers drop the copy";
        String garbage = "deleted keys can't come back, so nothing has to be remembered of them";
        return List.of(
                none("stream-listen", "PORT", "everything goes over one port", "L"),
                none("offer-tmp", "DIR", "partitions are copied without a temporary file", "f"),
                none("replicate-set-retry", "N", retries, "S"),
                none("replicate-delete-retry", "N", retries, "D"),
                none("replace-memory-limit", "N", "a copy of a partition is streamed", "M"),
                none("garbage-min-time", "SECONDS", garbage, "gN"),
                none("garbage-max-time", "SECONDS", garbage, "gX"),
                none("garbage-mem-limit", "KILOBYTES", garbage, "gS"));
    }

    private static OptionSpec<Boolean> none(String name, String argument, String reason, String shortName) {
        return OptionSpec.noEffect(name, argument, reason).shorts(shortName);
    }

    /** What was asked for, with every default filled in; UsageException for what can't be. */
    static ServerOptions of(ParsedOptions options, long heapBytes, int processors) {
        HostPort listen = options.value(LISTEN);
        Optional<HostPort> advertise = options.value(ADVERTISE);
        if (advertise.isEmpty() && ANY_ADDRESS.contains(listen.host())) {
            throw new UsageException("kumo-server: --listen " + listen
                    + " is every address of this host: say with --advertise which one others connect to");
        }
        List<HostPort> managers = Stream.concat(options.value(MANAGER1).stream(), options.value(MANAGER2).stream())
                .distinct()
                .toList();
        if (managers.isEmpty()) {
            throw new UsageException("kumo-server: --manager1 (-m) names no manager");
        }
        return new ServerOptions(
                listen,
                advertise.orElse(listen),
                managers,
                path(options.value(STORE)),
                options.value(STORE_MODE) == StoreMode.MEMORY,
                options.value(SYNC),
                options.value(LOG_RETENTION),
                options.value(MEMORY).orElse(Math.max(8L << 20, heapBytes / 4)),
                options.value(XODUS_CACHE).orElse(Math.max(8L << 20, heapBytes / 8)),
                options.value(SHARDS).orElse(Math.max(1, Math.min(4, processors / 2))),
                options.value(MIN_COPIES),
                Math.toIntExact(options.value(MAX_VALUE)),
                options.value(ZONE),
                options.value(COPY_RATE),
                options.value(COPY_STREAMS),
                options.value(DISK_RESERVE));
    }

    /** Where the group of managers and servers reaches this one: an address, never all of them. */
    String groupHost() {
        return ANY_ADDRESS.contains(listen.host()) ? advertised.host() : listen.host();
    }

    private static Path path(String text) {
        try {
            if (!text.isBlank()) {
                return Path.of(text);
            }
        } catch (InvalidPathException e) {
            throw new UsageException("kumo-server: --store (-s): " + e.getMessage());
        }
        throw new UsageException("kumo-server: --store (-s) is empty");
    }
}
