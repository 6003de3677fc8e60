package io.kumo.config;

import io.kumo.base.Check;
import java.util.List;
import java.util.Map;

/** A command line that was understood: the value of every option, and what follows the options. Immutable. */
public final class ParsedOptions {
    private final Map<OptionSpec<?>, List<String>> given;
    private final List<OptionSpec<?>> known;
    private final List<String> arguments;

    ParsedOptions(List<OptionSpec<?>> known, Map<OptionSpec<?>, List<String>> given, List<String> arguments) {
        this.known = List.copyOf(known);
        this.given = Map.copyOf(given);
        this.arguments = List.copyOf(arguments);
    }

    /** The value given, or the default. Never fails: the parser has tried it. */
    public <T> T value(OptionSpec<T> spec) {
        Check.invariant(known.contains(spec), "--%s is not an option of this program", spec.name());
        List<String> texts = given.get(spec);
        return texts == null ? spec.whenAbsent() : spec.parse(texts);
    }

    public boolean isGiven(OptionSpec<?> spec) {
        return given.containsKey(spec);
    }

    /** What is not an option: operands. */
    public List<String> arguments() {
        return arguments;
    }

    /** A line for each option that was given and has no effect. */
    public List<String> notices() {
        return known.stream()
                .filter(spec -> !spec.noEffectReason().isEmpty() && isGiven(spec))
                .map(spec -> "--" + spec.name() + " has no effect: " + spec.noEffectReason())
                .toList();
    }
}
