package io.kumo.manager.runtime;

import io.kumo.base.Check;
import io.kumo.base.HostPort;
import io.kumo.bus.runtime.TableSubscriber;
import io.kumo.config.OptionSpec;
import io.kumo.config.ParsedOptions;
import io.kumo.manager.leader.LeaderOptions;
import io.kumo.membership.runtime.GroupOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a manager was told.
 *
 * @param listen its RPC address, which is also its name: the others know it by it
 * @param partners RPC addresses of the other managers
 * @param data directory; empty for the usual one
 * @param autoReplace switch auto-replace on once this manager leads
 * @param replicas copies of each partition, for the birth of the cluster
 * @param partitions for the birth of the cluster
 */
public record ManagerOptions(
        HostPort listen,
        List<HostPort> partners,
        Optional<String> data,
        boolean autoReplace,
        int replicas,
        int partitions,
        LeaderOptions leader) {
    /** Where managers listen unless told otherwise. */
    public static final int DEFAULT_PORT = 19700;

    static final int HTTP_PORT = 19780;

    static final OptionSpec<HostPort> LISTEN = OptionSpec.hostPort(
                    "listen",
                    "localhost",
                    DEFAULT_PORT,
                    "Address of this manager, as all others spell it; it is its name.")
            .shorts("l")
            .required();
    static final OptionSpec<List<HostPort>> PARTNER = OptionSpec.hostPorts(
                    "partner", "", DEFAULT_PORT, "The other managers; may be given more than once.")
            .shorts("p");
    static final OptionSpec<Boolean> AUTO_REPLACE = OptionSpec.flag(
                    "auto-replace", "Attach servers that come and move partitions to them without a command.")
            .shorts("a");
    static final OptionSpec<Duration> REPLACE_DELAY = OptionSpec.duration(
                    "replace-delay",
                    "4s",
                    "With --auto-replace: a new server is attached once it is there for so long.")
            .shorts("Rs");
    static final OptionSpec<Optional<String>> DATA = OptionSpec.path(
                    "data",
                    "",
                    "Directory of this manager's votes. Without it: HOST-PORT in /var/lib/kumo-manager if that can be"
                            + " written, else ./kumo-manager-HOST-PORT.")
            .argument("DIR")
            .optional();
    static final OptionSpec<Integer> REPLICAS = OptionSpec.integer(
            "replicas", "3", 1, 8, "Copies of each partition. Counts when the cluster is born, never later.");
    static final OptionSpec<Integer> PARTITIONS = OptionSpec.integer(
            "partitions",
            "1024",
            1,
            65_536,
            "Partitions, a power of two. Counts when the cluster is born, never later.");
    static final OptionSpec<Duration> FAULT_AFTER =
            OptionSpec.duration("fault-after", "3s", "A server that is silent for so long is marked as faulty.");
    static final OptionSpec<Duration> REPLACE_AFTER = OptionSpec.duration(
            "replace-after",
            "10m",
            "A server that is faulty for so long loses its copies to others, where there are enough; 0: never.");
    static final OptionSpec<Integer> JOINING = OptionSpec.integer(
            "joining-per-server",
            Integer.toString(LeaderOptions.DEFAULT.joiningPerServer()),
            1,
            65_536,
            "Partitions that move to one server at the same time.");
    static final OptionSpec<Integer> PRIMARIES = OptionSpec.integer(
            "primaries-per-version",
            Integer.toString(LeaderOptions.DEFAULT.primariesPerVersion()),
            1,
            65_536,
            "Primaries that move with one version of the table.");
    /** In the order in which they are documented. */
    static final List<OptionSpec<?>> ALL = List.of(
            LISTEN,
            PARTNER,
            DATA,
            REPLICAS,
            PARTITIONS,
            AUTO_REPLACE,
            REPLACE_DELAY,
            FAULT_AFTER,
            REPLACE_AFTER,
            JOINING,
            PRIMARIES);

    /** IllegalArgumentException with a text for the user for what does not fit together. */
    static ManagerOptions of(ParsedOptions options) {
        HostPort listen = options.value(LISTEN);
        int partitions = options.value(PARTITIONS);
        Check.argument(Integer.bitCount(partitions) == 1, "--partitions %d is not a power of two", partitions);
        Check.argument(
                !List.of("0.0.0.0", "::", "*").contains(listen.host()),
                "--listen %s: the others know this manager by that address; give this host's name or address",
                listen);
        List<HostPort> partners = options.value(PARTNER).stream()
                .filter(partner -> !partner.equals(listen))
                .toList();
        return new ManagerOptions(
                listen,
                partners,
                options.value(DATA),
                options.value(AUTO_REPLACE),
                options.value(REPLICAS),
                partitions,
                new LeaderOptions(
                        Math.max(1, options.value(FAULT_AFTER).toMillis()),
                        options.value(REPLACE_AFTER).toMillis(),
                        options.value(REPLACE_DELAY).toMillis(),
                        LeaderOptions.DEFAULT.complaintMs(),
                        options.value(JOINING),
                        options.value(PRIMARIES)));
    }

    /** The same with the port that it really listens on. */
    ManagerOptions withListen(HostPort address) {
        return new ManagerOptions(address, partners, data, autoReplace, replicas, partitions, leader);
    }

    /** RPC addresses of all managers, sorted. */
    List<HostPort> managers() {
        return Stream.concat(Stream.of(listen), partners.stream())
                .distinct()
                .sorted()
                .toList();
    }

    /** Where everybody looks for this manager's broker. */
    HostPort mqttAddress() {
        return TableSubscriber.mqttAddress(listen);
    }

    /** Where everybody looks for this manager's member of the group. */
    HostPort groupAddress() {
        return GroupOptions.groupAddress(listen);
    }
}
