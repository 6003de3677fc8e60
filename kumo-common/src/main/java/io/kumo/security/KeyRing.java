package io.kumo.security;

import io.kumo.base.Bytes;
import io.kumo.base.Check;
import io.kumo.protocol.Role;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keys that a process has: a text with a line {@code cluster KEY}, {@code gateway KEY} or {@code operator KEY} for
 * each. Managers and servers have the cluster's, from which the others are made; gateways and operators only their own.
 * Two lines of a kind are accepted at a time, the first one is used: so keys change without a stop. Immutable.
 */
public final class KeyRing {
    /** Larger files are refused, bytes. */
    public static final int MAX_BYTES = 16 << 10;

    /** The word for the key of managers and servers. */
    public static final String CLUSTER = "cluster";

    private static final int MOST_OF_A_KIND = 2;

    private final List<ClusterKey> cluster;
    private final Map<Role, List<ClusterKey>> byRole = new EnumMap<>(Role.class);

    private KeyRing(List<ClusterKey> cluster, Map<Role, List<ClusterKey>> others) {
        this.cluster = List.copyOf(cluster);
        for (Role role : Role.values()) {
            List<ClusterKey> keys = role.isNode()
                    ? this.cluster
                    : cluster.isEmpty()
                            ? others.getOrDefault(role, List.of())
                            : cluster.stream().map(key -> key.derive(role)).toList();
            byRole.put(role, List.copyOf(keys));
        }
    }

    /** Reads a file's text; {@link IllegalArgumentException} with line and reason, and never with what is secret. */
    public static KeyRing parse(String text) {
        List<ClusterKey> cluster = new ArrayList<>();
        Map<Role, List<ClusterKey>> others = new EnumMap<>(Role.class);
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int at = i + 1;
            String[] words = line.split("\\s+");
            Check.argument(words.length == 2, "line %d is not 'cluster KEY', 'gateway KEY' or 'operator KEY'", at);
            List<ClusterKey> kind = cluster;
            if (!words[0].equals(CLUSTER)) {
                Role role =
                        Role.ofWord(words[0]).filter(known -> !known.isNode()).orElse(null);
                Check.argument(role != null, "line %d: a line begins with cluster, gateway or operator", at);
                kind = others.computeIfAbsent(role, any -> new ArrayList<>());
            }
            try {
                kind.add(ClusterKey.parse(words[1]));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + at + ": " + e.getMessage(), e);
            }
            Check.argument(kind.size() <= MOST_OF_A_KIND, "line %d: more than %d keys of a kind", at, MOST_OF_A_KIND);
        }
        Check.argument(!cluster.isEmpty() || !others.isEmpty(), "there is no key in it");
        Check.argument(
                cluster.isEmpty() || others.isEmpty(),
                "the keys of gateways and operators are made from the cluster's; they have no place beside it");
        return new KeyRing(cluster, others);
    }

    /** Whether who has these can take part as that. */
    public boolean canBe(Role role) {
        return !keysOf(role).isEmpty();
    }

    /** Those by which a connector of that role is known; the first is the one to use. */
    public List<ClusterKey> keysOf(Role role) {
        return byRole.getOrDefault(role, List.of());
    }

    /** The key of that role and name, if it is accepted. */
    Optional<ClusterKey> find(Role role, Bytes id) {
        return keysOf(role).stream().filter(key -> key.id().equals(id)).findFirst();
    }
}
