package io.kumo.manager.mqtt;

import java.util.Optional;

/**
 * What an MQTT client subscribes to: a topic, in which {@code +} stands for any level and {@code #}, at the end, for
 * any number of them. Neither fits the first level of a topic that begins with {@code $}.
 */
public final class TopicFilter {
    private static final int MAX_LENGTH = 65_535;

    private final String text;
    private final String[] levels;

    private TopicFilter(String text) {
        this.text = text;
        this.levels = text.split("/", -1);
    }

    /** Empty for what is no filter by the standard, or a shared subscription. */
    public static Optional<TopicFilter> parse(String text) {
        if (text.isEmpty() || text.length() > MAX_LENGTH || text.indexOf('\0') >= 0 || text.startsWith("$share/")) {
            return Optional.empty();
        }
        TopicFilter filter = new TopicFilter(text);
        for (int i = 0; i < filter.levels.length; i++) {
            String level = filter.levels[i];
            boolean isWildcard = level.equals("+") || (level.equals("#") && i == filter.levels.length - 1);
            if (!isWildcard && (level.indexOf('+') >= 0 || level.indexOf('#') >= 0)) {
                return Optional.empty();
            }
        }
        return Optional.of(filter);
    }

    public boolean matches(String topic) {
        if (topic.startsWith("$") && (levels[0].equals("#") || levels[0].equals("+"))) {
            return false;
        }
        String[] parts = topic.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            if (levels[i].equals("#")) {
                return true; // kumo/# is kumo too
            }
            if (i >= parts.length || !(levels[i].equals("+") || levels[i].equals(parts[i]))) {
                return false;
            }
        }
        return parts.length == levels.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TopicFilter filter && filter.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
