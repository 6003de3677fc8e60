package io.kumo.config;

import io.kumo.base.Check;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Options that were understood: the value of every one, and what follows them on the command line. Immutable. */
public final class ParsedOptions {
    private final Map<OptionSpec<?>, List<Given>> given;
    private final List<OptionSpec<?>> known;
    private final List<String> arguments;

    ParsedOptions(List<OptionSpec<?>> known, Map<OptionSpec<?>, List<Given>> given, List<String> arguments) {
        this.known = List.copyOf(known);
        this.given = Map.copyOf(given);
        this.arguments = List.copyOf(arguments);
    }

    /** The value given, or the default. Never fails: the parser has tried it. */
    public <T> T value(OptionSpec<T> spec) {
        Check.invariant(known.contains(spec), "--%s is not an option of this program", spec.name());
        List<Given> texts = given(spec);
        return texts.isEmpty()
                ? spec.whenAbsent()
                : spec.parse(texts.stream().map(Given::text).toList());
    }

    public boolean isGiven(OptionSpec<?> spec) {
        return given.containsKey(spec);
    }

    /** What counts of what was given; empty for the default. */
    List<Given> given(OptionSpec<?> spec) {
        return given.getOrDefault(spec, List.of());
    }

    /** How many options are given in a file and count. */
    public long fileCount() {
        return given.values().stream().filter(each -> each.get(0).isInFile()).count();
    }

    /** What is not an option: operands. */
    public List<String> arguments() {
        return arguments;
    }

    /** A line for each option that was given and has no effect. */
    public List<String> notices() {
        return known.stream()
                .filter(spec -> !spec.noEffectReason().isEmpty() && isGiven(spec))
                .map(spec -> place(spec) + "--" + spec.name() + " has no effect: " + spec.noEffectReason())
                .toList();
    }

    private String place(OptionSpec<?> spec) {
        Given first = given(spec).get(0);
        return first.isInFile() ? first.origin() + ": " : "";
    }

    /** A message about options, with the places of those that are in a file. */
    public String withPlaces(String message) {
        StringBuilder places = new StringBuilder();
        for (OptionSpec<?> spec : known) {
            Matcher named =
                    Pattern.compile("--" + spec.name() + "(?![a-z0-9-])").matcher(message);
            for (Given each : named.find() ? given(spec) : List.<Given>of()) {
                if (each.isInFile()) {
                    places.append(places.isEmpty() ? " (" : ", ").append(each.origin());
                }
            }
        }
        return places.isEmpty() ? message : message + places + ")";
    }
}
