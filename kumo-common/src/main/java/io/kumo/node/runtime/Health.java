package io.kumo.node.runtime;

import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code /health} says: 200 if the process does what it is for, else 503.
 *
 * @param state one word or a short sentence
 * @param details further facts, by name
 */
public record Health(boolean ok, String state, Map<String, String> details) {
    public Health {
        details = Map.copyOf(details);
    }

    public static Health serving() {
        return new Health(true, "serving", Map.of());
    }

    public static Health not(String why) {
        return new Health(false, why, Map.of());
    }

    public Health with(String name, Object value) {
        Map<String, String> more = new TreeMap<>(details);
        more.put(name, String.valueOf(value));
        return new Health(ok, state, more);
    }
}
