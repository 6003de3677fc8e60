package io.kumo.manual;

import io.kumo.config.OptionParser;
import io.kumo.config.OptionSpec;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A command of a program that has several.
 *
 * @param name the words that call it
 * @param toManager whether the name of a manager stands before these
 * @param arguments what may follow; empty for nothing
 * @param options that it takes
 */
public record Command(List<String> name, boolean toManager, String arguments, OptionParser options) {
    private static final Pattern WORD = Pattern.compile("[a-z][a-z-]*");

    public Command {
        name = List.copyOf(name);
    }

    /** The name as one text. */
    String text() {
        return String.join(" ", name);
    }

    /** Arguments that are given as they are written in the manual. */
    List<String> words() {
        return Arrays.stream(arguments.split("[ |\\[\\].]+"))
                .filter(word -> WORD.matcher(word).matches())
                .distinct()
                .toList();
    }

    boolean takesFiles() {
        return Arrays.asList(arguments.split("[^A-Z]+")).stream()
                .anyMatch(word -> List.of("FILE", "DIR", "PATH", "SRC", "DST").contains(word));
    }

    /** Options that have an effect. */
    static List<OptionSpec<?>> useful(OptionParser options) {
        return options.specs().stream()
                .filter(spec -> spec.noEffectReason().isEmpty())
                .toList();
    }
}
