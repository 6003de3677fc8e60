package io.kumo.config;

import io.kumo.base.Check;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.cli.AmbiguousOptionException;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;

/** Reads the command line of one program. Its definition is the list of its options. */
public final class OptionParser {
    private static final int HELP_COLUMN = 34;
    private static final int WIDTH = 100;
    private static final String END_OF_OPTIONS = "--";
    /** At the end of the name by which commons-cli knows {@code --NAME=false}; nobody can type it. */
    private static final String OFF = "\0off";

    private final String program;
    private final String synopsis;
    private final String summary;
    private final List<OptionSpec<?>> specs;

    /**
     * @param synopsis what follows the program's name, for example {@code [OPTION]... SERVER}
     * @param summary a sentence that says what the program is
     */
    public OptionParser(String program, String synopsis, String summary, List<OptionSpec<?>> specs) {
        this.program = program;
        this.synopsis = synopsis;
        this.summary = summary;
        this.specs = List.copyOf(specs);
        Set<String> names = new HashSet<>();
        for (OptionSpec<?> spec : specs) {
            Check.invariant(names.add(spec.name()), "%s: --%s twice", program, spec.name());
            for (String shortName : spec.shorts()) {
                Check.invariant(names.add(shortName), "%s: -%s twice", program, shortName);
            }
        }
    }

    public String program() {
        return program;
    }

    public String synopsis() {
        return synopsis;
    }

    public String summary() {
        return summary;
    }

    /** All options, in the order in which they are documented. */
    public List<OptionSpec<?>> specs() {
        return specs;
    }

    /**
     * Reads a command line and tries every value.
     *
     * @throws UsageException with one line for the user
     */
    public ParsedOptions parse(List<String> commandLine) {
        return parse(commandLine, true);
    }

    /** @param checkRequired false where a missing option is no error because {@code --help} or the like was given */
    public ParsedOptions parse(List<String> commandLine, boolean checkRequired) {
        return parse(commandLine, ConfigFile.none(), checkRequired);
    }

    /**
     * Reads a command line and tries every value. An option that it gives is not taken from the file, which is to be
     * one of this program.
     */
    public ParsedOptions parse(List<String> commandLine, ConfigFile file) {
        return parse(commandLine, file, true);
    }

    private ParsedOptions parse(List<String> commandLine, ConfigFile file, boolean checkRequired) {
        Map<OptionSpec<?>, List<Given>> given = new LinkedHashMap<>();
        CommandLine line = read(commandLine);
        for (Option option : line.getOptions()) {
            OptionSpec<?> spec = specs.get(Integer.parseInt(option.getDescription()));
            List<Given> texts = given.computeIfAbsent(spec, key -> new ArrayList<>());
            if (option.hasArg()) {
                option.getValuesList().forEach(text -> texts.add(Given.onCommandLine(text)));
            } else {
                boolean off = String.valueOf(option.getLongOpt()).endsWith(OFF);
                texts.add(Given.onCommandLine(off ? OptionSpec.FALSE : OptionSpec.TRUE));
            }
        }
        given.forEach(this::tryValue);
        file.settings().forEach(given::putIfAbsent);
        if (checkRequired) {
            for (OptionSpec<?> spec : specs) {
                if (spec.isRequired() && !given.containsKey(spec)) {
                    throw usage(both(spec) + " is missing" + inFile(spec, file));
                }
            }
        }
        return new ParsedOptions(specs, given, line.getArgList());
    }

    private static String inFile(OptionSpec<?> spec, ConfigFile file) {
        return file.path().isEmpty()
                ? ""
                : ": give it, or write " + spec.name() + " = " + spec.argument() + " in " + file.path();
    }

    private void tryValue(OptionSpec<?> spec, List<Given> given) {
        try {
            spec.parse(given.stream().map(Given::text).toList());
        } catch (IllegalArgumentException e) {
            throw usage(both(spec) + ": " + e.getMessage());
        }
    }

    private CommandLine read(List<String> commandLine) {
        try {
            DefaultParser parser = DefaultParser.builder()
                    .setAllowPartialMatching(false)
                    .setStripLeadingAndTrailingQuotes(false)
                    .get();
            return parser.parse(asCommonsCli(), flagsSwitchedOff(commandLine));
        } catch (AmbiguousOptionException e) {
            throw unknown(e.getOption());
        } catch (UnrecognizedOptionException e) {
            throw unknown(e.getOption());
        } catch (MissingArgumentException e) {
            OptionSpec<?> spec = specs.get(Integer.parseInt(e.getOption().getDescription()));
            throw usage(both(spec) + " needs " + spec.argument());
        } catch (ParseException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private UsageException unknown(String option) {
        String meant = option.startsWith("--")
                ? NearMiss.question(
                        option.replaceFirst("=.*", ""),
                        specs.stream().map(OptionSpec::name).toList(),
                        "--")
                : "";
        return usage("unknown option " + option + meant);
    }

    /**
     * commons-cli knows no flags with a value: {@code --NAME=true} becomes the flag, the other an option of its own.
     */
    private String[] flagsSwitchedOff(List<String> commandLine) {
        Set<String> flags = specs.stream()
                .filter(spec -> !spec.takesArgument())
                .map(OptionSpec::name)
                .collect(Collectors.toSet());
        List<String> words = new ArrayList<>(commandLine);
        int end = words.contains(END_OF_OPTIONS) ? words.indexOf(END_OF_OPTIONS) : words.size();
        for (int i = 0; i < end; i++) {
            int equals = words.get(i).indexOf('=');
            if (equals > 2
                    && words.get(i).startsWith("--")
                    && flags.contains(words.get(i).substring(2, equals))) {
                String flag = words.get(i).substring(0, equals);
                String value = words.get(i).substring(equals + 1);
                if (!value.equals(OptionSpec.TRUE) && !value.equals(OptionSpec.FALSE)) {
                    throw usage(flag + ": '" + value + "' is not true or false");
                }
                words.set(i, value.equals(OptionSpec.TRUE) ? flag : flag + OFF);
            }
        }
        return words.toArray(String[]::new);
    }

    /**
     * Every name is an option of its own, with the place of its spec as description: commons-cli knows one name each.
     */
    private Options asCommonsCli() {
        Options options = new Options();
        for (int i = 0; i < specs.size(); i++) {
            OptionSpec<?> spec = specs.get(i);
            String place = Integer.toString(i);
            options.addOption(Option.builder()
                    .longOpt(spec.name())
                    .hasArg(spec.takesArgument())
                    .desc(place)
                    .get());
            if (!spec.takesArgument()) {
                options.addOption(
                        Option.builder().longOpt(spec.name() + OFF).desc(place).get());
            }
            for (String shortName : spec.shorts()) {
                options.addOption(Option.builder(shortName)
                        .hasArg(spec.takesArgument())
                        .desc(place)
                        .get());
            }
        }
        return options;
    }

    private UsageException usage(String what) {
        return new UsageException(program + ": " + what + " (see " + program + " --help)");
    }

    /** {@code --listen (-l)}. */
    private static String both(OptionSpec<?> spec) {
        return "--" + spec.name()
                + (spec.shorts().isEmpty() ? "" : " (-" + spec.shorts().get(0) + ")");
    }

    /** The text of {@code --help}. */
    public String help() {
        StringBuilder out = new StringBuilder(4096);
        out.append("usage: ").append(program).append(' ').append(synopsis).append('\n');
        out.append(summary).append("\n\n");
        for (OptionSpec<?> spec : specs) {
            appendHelp(out, spec);
        }
        return out.toString();
    }

    private static void appendHelp(StringBuilder out, OptionSpec<?> spec) {
        StringBuilder left = new StringBuilder("  ");
        for (String shortName : spec.shorts()) {
            left.append('-').append(shortName).append(", ");
        }
        left.append("--").append(spec.name());
        if (spec.takesArgument()) {
            left.append(' ').append(spec.argument());
        }
        String text = OptionText.withDefault(spec);
        out.append(left);
        int column = left.length();
        if (column >= HELP_COLUMN - 1) {
            out.append('\n');
            column = 0;
        }
        for (String word : text.split(" ")) {
            if (column > HELP_COLUMN && column + 1 + word.length() > WIDTH) {
                out.append('\n');
                column = 0;
            }
            int blanks = column < HELP_COLUMN ? HELP_COLUMN - column : 1;
            out.append(" ".repeat(blanks)).append(word);
            column += blanks + word.length();
        }
        out.append('\n');
    }
}
