package io.kumo.node;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a line of the log, for programs that read it: kumo's lines are fixed words, then {@code name=value}, so
 * that the words say what a value is.
 */
public final class LogFields {
    /** A place for a value, with the name before it if it has one; the value may be in quotes. */
    private static final Pattern PLACE = Pattern.compile("(?:\\b([A-Za-z][A-Za-z0-9_]*)=\"?)?\\{}");

    private LogFields() {}

    /**
     * Values by name, in the order of the words; places without a name are left out.
     *
     * @param words as they are in the code, with a pair of braces for each value
     */
    public static Map<String, String> of(@Nullable String words, @Nullable Object @Nullable [] values) {
        if (words == null || values == null || words.indexOf('=') < 0) {
            return Map.of();
        }
        Map<String, String> fields = new LinkedHashMap<>();
        Matcher place = PLACE.matcher(words);
        for (int i = 0; i < values.length && place.find(); i++) {
            String name = place.group(1);
            if (name != null) {
                fields.put(name, String.valueOf(values[i]));
            }
        }
        return fields;
    }
}
