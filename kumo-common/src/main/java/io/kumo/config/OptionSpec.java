package io.kumo.config;

import io.kumo.base.Check;
import io.kumo.base.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

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

    static final String TRUE = "true";
    static final String FALSE = "false";
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

    /** Where and how often an option may stand. */
    private enum Trait {
        REPEATS,
        COMMAND_LINE_ONLY
    }

    /** What of an option can be seen. {@code words}: what it may be set to, where that is one of a few. */
    private record Form(
            String name, List<String> shorts, String argument, List<String> words, Set<Trait> traits, String help) {
        static Form of(String name, String argument, String help) {
            return new Form(name, List.of(), argument, List.of(), Set.of(), help);
        }

        Form withShorts(List<String> all) {
            return new Form(name, List.copyOf(all), argument, words, traits, help);
        }

        Form withArgument(String other) {
            return new Form(name, shorts, other, words, traits, help);
        }

        Form withWords(List<String> all) {
            return new Form(name, shorts, argument, List.copyOf(all), traits, help);
        }

        Form with(Trait trait) {
            Set<Trait> all = new HashSet<>(traits);
            all.add(trait);
            return new Form(name, shorts, argument, words, Set.copyOf(all), help);
        }
    }

    private final Form form;
    private final Optional<String> defaultText;
    private final Parser<T> parser;
    private final Optional<T> absent;
    private final String noEffect;
    private final boolean required;

    private OptionSpec(Form form, Optional<String> defaultText, Parser<T> parser, Optional<T> absent, String noEffect) {
        this.form = form;
        this.defaultText = defaultText;
        this.parser = parser;
        this.absent = absent;
        this.noEffect = noEffect;
        this.required = defaultText.isEmpty() && absent.isEmpty() && noEffect.isEmpty();
        Check.invariant(NAME.matcher(name()).matches(), "'%s' is not a long name of an option", name());
        Check.invariant(!help().isEmpty(), "option %s lacks help", name());
        defaultText.ifPresent(text -> parser.parse(List.of(text)));
    }

    private static <T> OptionSpec<T> one(
            String name, String argument, String defaultText, String help, Parser<T> parser) {
        return new OptionSpec<>(Form.of(name, argument, help), Optional.of(defaultText), parser, Optional.empty(), "");
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
                                .toList())
                .repeats();
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
                        texts -> texts.stream()
                                .filter(text -> !text.isEmpty())
                                .map(one)
                                .toList())
                .repeats();
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
                                .toList())
                .repeats();
    }

    /** {@code 5s}, {@code 500ms}, {@code 10m}, {@code 1h}, {@code 2d}; a bare number is seconds. */
    public static OptionSpec<Duration> duration(String name, String defaultText, String help) {
        return one(name, "TIME", defaultText, help, texts -> Quantities.duration(last(texts)));
    }

    /** {@code 64k}, {@code 1m}, {@code 2g}, powers of 1024; a bare number is bytes. */
    public static OptionSpec<Long> bytes(String name, String defaultText, long least, long most, String help) {
        return one(name, "BYTES", defaultText, help, texts -> Quantities.bytes(last(texts), least, most));
    }

    /** Takes no argument, or {@code =true} or {@code =false}; false unless given. */
    public static OptionSpec<Boolean> flag(String name, String help) {
        return new OptionSpec<>(
                Form.of(name, "", help).withWords(List.of(TRUE, FALSE)),
                Optional.empty(),
                OptionSpec::isTrue,
                Optional.of(false),
                "");
    }

    private static boolean isTrue(List<String> texts) {
        String text = last(texts);
        Check.argument(text.equals(TRUE) || text.equals(FALSE), "'%s' is not true or false", text);
        return text.equals(TRUE);
    }

    /** One of the constants of an enum, as lower-case words with dashes. */
    public static <E extends Enum<E>> OptionSpec<E> choice(
            String name, String defaultText, Class<E> type, String help) {
        E[] constants = type.getEnumConstants();
        List<String> words = Arrays.stream(constants).map(OptionSpec::word).toList();
        Form form = Form.of(name, String.join("|", words), help).withWords(words);
        Parser<E> parser = texts -> {
            for (E constant : constants) {
                if (word(constant).equals(last(texts).toLowerCase(Locale.ROOT))) {
                    return constant;
                }
            }
            throw new IllegalArgumentException("'" + last(texts) + "' is not one of " + String.join(", ", words));
        };
        return new OptionSpec<>(form, Optional.of(defaultText), parser, Optional.empty(), "");
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
        Form form = Form.of(name, argument, "No effect: " + reason);
        return new OptionSpec<>(
                argument.isEmpty() ? form.withWords(List.of(TRUE, FALSE)) : form,
                Optional.empty(),
                argument.isEmpty() ? OptionSpec::isTrue : texts -> true,
                Optional.of(false),
                reason);
    }

    /** Also known by these names after one dash: a letter ({@code m}) or kumofs's two ({@code As}). */
    public OptionSpec<T> shorts(String... more) {
        List<String> all = new ArrayList<>(form.shorts());
        all.addAll(Arrays.asList(more));
        return with(form.withShorts(all));
    }

    /** Called so in {@code --help} what the option takes. */
    public OptionSpec<T> argument(String newArgument) {
        return with(form.withArgument(newArgument));
    }

    /** May not be in a file of options, as it is about one run of the program. */
    public OptionSpec<T> onlyOnCommandLine() {
        return with(form.with(Trait.COMMAND_LINE_ONLY));
    }

    /** May be given more than once, and what is given counts together. */
    private OptionSpec<T> repeats() {
        return with(form.with(Trait.REPEATS));
    }

    private OptionSpec<T> with(Form other) {
        return new OptionSpec<>(other, defaultText, parser, absent, noEffect);
    }

    /** Must be given. */
    public OptionSpec<T> required() {
        return new OptionSpec<>(form, Optional.empty(), parser, Optional.empty(), noEffect);
    }

    /** May be left out and has no default then. */
    public OptionSpec<Optional<T>> optional() {
        Parser<T> inner = parser;
        return new OptionSpec<>(
                form,
                Optional.empty(),
                texts -> Optional.of(inner.parse(texts)),
                Optional.of(Optional.empty()),
                noEffect);
    }

    /** The name after two dashes. */
    public String name() {
        return form.name();
    }

    public List<String> shorts() {
        return form.shorts();
    }

    /** What it takes, for people; empty for nothing. */
    public String argument() {
        return form.argument();
    }

    public boolean takesArgument() {
        return !form.argument().isEmpty();
    }

    public Optional<String> defaultText() {
        return defaultText;
    }

    public String help() {
        return form.help();
    }

    /** What it may be set to, if that is one of a few words: choices and flags; else empty. */
    public List<String> words() {
        return form.words();
    }

    /** Whether it may be given more than once, and all that is given counts; else the last one does. */
    public boolean isRepeatable() {
        return form.traits().contains(Trait.REPEATS);
    }

    public boolean isOnlyOnCommandLine() {
        return form.traits().contains(Trait.COMMAND_LINE_ONLY);
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
