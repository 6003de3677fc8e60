package io.kumo.backup;

import java.util.LinkedHashMap;
import java.util.Map;

/** A line of {@code name=value} words, as headers and manifests are made of; unknown names are for newer versions. */
final class FieldLine {
    private final Map<String, String> values = new LinkedHashMap<>();

    FieldLine put(String name, Object value) {
        values.put(name, String.valueOf(value));
        return this;
    }

    static FieldLine parse(String line) {
        FieldLine parsed = new FieldLine();
        for (String word : line.split(" ")) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                parsed.values.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return parsed;
    }

    String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new NumberFormatException("'" + name + "' is missing");
        }
        return value;
    }

    long number(String name) {
        return Long.parseLong(text(name));
    }

    int index(String name) {
        return Integer.parseInt(text(name));
    }

    long hex(String name) {
        return Long.parseUnsignedLong(text(name), 16);
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        values.forEach((name, value) -> out.append(out.length() == 0 ? "" : " ")
                .append(name)
                .append('=')
                .append(value));
        return out.toString();
    }
}
