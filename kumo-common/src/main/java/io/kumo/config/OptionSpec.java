package io.kumo.config;

import io.kumo.base.Check;
import io.kumo.base.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One option of a program: its names, what it takes, what it is worth if it is not given, and what it does. Command
 * lines, {@code --help}, man pages and docs are all made from it.
 *
 * @param <T> what its text is parsed to
 */
public final class OptionSpec<T> {
    /** Turns texts into a value; {@link IllegalArgumentException} with a text for the user if it can't. */
    @FunctionalInterface
    interface Parser<T> {
        /** @param texts one for each time that the option was given, at least one */
        T parse(List<String> texts);
    }

    /** Names of one option. */
    private record Names(String name, List<String> shorts) {}

    private final Names names;
    private final String argument;
    private final Optional<String> defaultText;
    private final String help;
    private final Parser<T> parser;
    private final Optional<T> absent;
    private final String noEffect;
    private final boolean required;

    private OptionSpec(
            Names names,
            String argument,
            Optional<String> defaultText,
            String help,
            Parser<T> parser,
            Optional<T> absent,
            String noEffect) {
        this.names = names;
        this.argument = argument;
        this.defaultText = defaultText;
        this.help = help;
        this.parser = parser;
        this.absent = absent;
        this.noEffect = noEffect;
        this.required = defaultText.isEmpty() && absent.isEmpty() && noEffect.isEmpty();
        Check.invariant(!name().isEmpty() && !help.isEmpty(), "option %s lacks a name or help", name());
        defaultText.ifPresent(text -> parser.parse(List.of(text)));
    }

    private static <T> OptionSpec<T> one(
            String name, String argument, String defaultText, String help, Parser<T> parser) {
        return new OptionSpec<>(
                new Names(name, List.of()), argument, Optional.of(defaultText), help, parser, Optional.empty(), "");
    }

    private static String last(List<String> texts) {
        return texts.get(texts.size() - 1);
    }

    public static OptionSpec<String> string(String name, String defaultText, String help) {
        return one(name, "TEXT", defaultText, help, OptionSpec::last);
    }

    /** A file or directory; its text, since only the outer layers know files. */
    public static OptionSpec<String> path(String name, String defaultText, String help) {
        return one(name, "PATH", defaultText, help, texts -> {
            Check.argument(last(texts).indexOf('\0') < 0, "not a path");
            return last(texts);
        });
    }

    public static OptionSpec<Integer> integer(String name, String defaultText, int least, int most, String help) {
        return one(name, "N", defaultText, help, texts -> Math.toIntExact(Quantities.number(last(texts), least, most)));
    }

    public static OptionSpec<Long> count(String name, String defaultText, long least, long most, String help) {
        return one(name, "N", defaultText, help, texts -> Quantities.number(last(texts), least, most));
    }

    public static OptionSpec<HostPort> hostPort(String name, String defaultText, int defaultPort, String help) {
        return one(name, "HOST[:PORT]", defaultText, help, texts -> HostPort.parse(last(texts), defaultPort));
    }

    /** An address, or {@code off}: then nothing. */
    public static OptionSpec<Optional<HostPort>> hostPortOrOff(
            String name, String defaultText, int defaultPort, String help) {
        return one(
                name,
                "HOST[:PORT]|off",
                defaultText,
                help,
                texts -> last(texts).equals("off")
                        ? Optional.empty()
                        : Optional.of(HostPort.parse(last(texts), defaultPort)));
    }

    /** {@code PORT} on {@code defaultHost}, or {@code HOST:PORT}. */
    public static OptionSpec<HostPort> port(String name, String defaultText, String defaultHost, String help) {
        return one(name, "[HOST:]PORT", defaultText, help, texts -> portOn(defaultHost, last(texts)));
    }

    /** {@code PORT} on {@code defaultHost}, or {@code HOST:PORT}; may be given more than once. */
    public static OptionSpec<List<HostPort>> ports(String name, String defaultText, String defaultHost, String help) {
        return one(
                name,
                "[HOST:]PORT",
                defaultText,
                help,
                texts -> texts.stream()
                        .filter(text -> !text.isEmpty())
                        .map(text -> portOn(defaultHost, text))
                        .distinct()
                        .toList());
    }

    private static HostPort portOn(String defaultHost, String text) {
        boolean bare = text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (bare) {
            return new HostPort(defaultHost, Math.toIntExact(Quantities.number(text, 0, 65535)));
        }
        Check.argument(text.indexOf(':') >= 0, "'%s' is not PORT or HOST:PORT", text);
        return HostPort.parse(text, 0);
    }

    /**
     * What only one program has; may be given more than once, and is an empty list if it is not.
     *
     * @param one reads one text; {@link IllegalArgumentException} with a text for the user if it can't
     */
    public static <T> OptionSpec<List<T>> each(String name, String argument, String help, Function<String, T> one) {
        return one(
                name,
                argument,
                "",
                help,
                texts -> texts.stream().filter(text -> !text.isEmpty()).map(one).toList());
    }

    /** May be given more than once, and take a list separated by commas; each address once, in the given order. */
    public static OptionSpec<List<HostPort>> hostPorts(String name, String defaultText, int defaultPort, String help) {
        return one(
                name,
                "HOST[:PORT],...",
                defaultText,
                help,
                texts -> texts.stream()
                        .flatMap(text -> Arrays.stream(text.split(",")))
                        .filter(text -> !text.isBlank())
                        .map(text -> HostPort.parse(text, defaultPort))
                        .distinct()
                        .toList());
    }

    /** {@code 5s}, {@code 500ms}, {@code 10m}, {@code 1h}, {@code 2d}; a bare number is seconds. */
    public static OptionSpec<Duration> duration(String name, String defaultText, String help) {
        return one(name, "TIME", defaultText, help, texts -> Quantities.duration(last(texts)));
    }

    /** {@code 64k}, {@code 1m}, {@code 2g}, powers of 1024; a bare number is bytes. */
    public static OptionSpec<Long> bytes(String name, String defaultText, long least, long most, String help) {
        return one(name, "BYTES", defaultText, help, texts -> Quantities.bytes(last(texts), least, most));
    }

    /** Takes no argument; false unless given. */
    public static OptionSpec<Boolean> flag(String name, String help) {
        return new OptionSpec<>(
                new Names(name, List.of()), "", Optional.empty(), help, texts -> true, Optional.of(false), "");
    }

    /** One of the constants of an enum, as lower-case words with dashes. */
    public static <E extends Enum<E>> OptionSpec<E> choice(
            String name, String defaultText, Class<E> type, String help) {
        E[] constants = type.getEnumConstants();
        String words = Arrays.stream(constants).map(OptionSpec::word).collect(Collectors.joining("|"));
        return one(name, words, defaultText, help, texts -> {
            for (E constant : constants) {
                if (word(constant).equals(last(texts).toLowerCase(Locale.ROOT))) {
                    return constant;
                }
            }
            throw new IllegalArgumentException("'" + last(texts) + "' is not one of " + words.replace("|", ", "));
        });
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * An option of kumofs that means nothing here: accepted, with a notice.
     *
     * @param argument what it takes; empty for nothing
     * @param reason why it has no effect
     */
    public static OptionSpec<Boolean> noEffect(String name, String argument, String reason) {
        return new OptionSpec<>(
                new Names(name, List.of()),
                argument,
                Optional.empty(),
                "No effect: " + reason,
                texts -> true,
                Optional.of(false),
                reason);
    }

    /** Also known by these names after one dash: a letter ({@code m}) or kumofs's two ({@code As}). */
    public OptionSpec<T> shorts(String... more) {
        List<String> all = new ArrayList<>(names.shorts());
        all.addAll(Arrays.asList(more));
        return new OptionSpec<>(
                new Names(name(), List.copyOf(all)), argument, defaultText, help, parser, absent, noEffect);
    }

    /** Called so in {@code --help} what the option takes. */
    public OptionSpec<T> argument(String newArgument) {
        return new OptionSpec<>(names, newArgument, defaultText, help, parser, absent, noEffect);
    }

    /** Must be given. */
    public OptionSpec<T> required() {
        return new OptionSpec<>(names, argument, Optional.empty(), help, parser, Optional.empty(), noEffect);
    }

    /** May be left out and has no default then. */
    public OptionSpec<Optional<T>> optional() {
        Parser<T> inner = parser;
        return new OptionSpec<>(
                names,
                argument,
                Optional.empty(),
                help,
                texts -> Optional.of(inner.parse(texts)),
                Optional.of(Optional.empty()),
                noEffect);
    }

    /** The name after two dashes. */
    public String name() {
        return names.name();
    }

    public List<String> shorts() {
        return names.shorts();
    }

    /** What it takes, for people; empty for nothing. */
    public String argument() {
        return argument;
    }

    public boolean takesArgument() {
        return !argument.isEmpty();
    }

    public Optional<String> defaultText() {
        return defaultText;
    }

    public String help() {
        return help;
    }

    public boolean isRequired() {
        return required;
    }

    /** Why the option has no effect; empty for one that has. */
    public String noEffectReason() {
        return noEffect;
    }

    T parse(List<String> texts) {
        return parser.parse(texts);
    }

    T whenAbsent() {
        return absent.orElseGet(() -> parser.parse(List.of(defaultText.orElseThrow())));
    }
}
