package io.kumo.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Options in files: what counts, and what is said of every mistake. */
class ConfigFileTest {
    private enum Sync {
        ALWAYS,
        INTERVAL
    }

    private static final OptionSpec<HostPort> LISTEN =
            OptionSpec.hostPort("listen", "127.0.0.1:19800", 19800, "Where.").shorts("l");
    private static final OptionSpec<List<HostPort>> MANAGER = OptionSpec.hostPorts(
                    "manager1", "", 19700, "Addresses of the managers.")
            .shorts("m")
            .required();
    private static final OptionSpec<Boolean> VERBOSE =
            OptionSpec.flag("verbose", "More.").shorts("v");
    private static final OptionSpec<String> ZONE = OptionSpec.string("zone", "", "Where it stands.");
    private static final OptionSpec<Integer> COPIES = OptionSpec.integer("min-copies", "1", 1, 8, "How many.");
    private static final OptionSpec<Sync> SYNC = OptionSpec.choice("sync", "interval", Sync.class, "When.");
    private static final OptionSpec<Boolean> THREADS =
            OptionSpec.noEffect("read-threads", "N", "there are event loops.").shorts("TR");
    private static final OptionSpec<Boolean> HELP =
            OptionSpec.flag("help", "This text.").onlyOnCommandLine();
    private static final List<OptionSpec<?>> ALL = List.of(LISTEN, MANAGER, VERBOSE, ZONE, COPIES, SYNC, THREADS, HELP);
    private static final OptionParser PROGRAM = new OptionParser("kumo-test", "[OPTION]...", "A program.", ALL);
    private static final String PATH = "/etc/kumo/test.conf";

    static IntStream seeds() {
        return IntStream.range(0, 40);
    }

    private static ParsedOptions parse(String text, String... commandLine) {
        return PROGRAM.parse(List.of(commandLine), ConfigFile.of(PROGRAM, PATH, text));
    }

    private static List<String> mistakes(String text) {
        return assertThrows(UsageException.class, () -> ConfigFile.of(PROGRAM, PATH, text))
                .getMessage()
                .lines()
                .toList();
    }

    @Test
    void readsOptionsCommentsAndBlanks() {
        ParsedOptions options = parse("""
                # A server.
                listen = svr1

                  manager1=mgr1:1,mgr2   # both
                manager1 = mgr3
                verbose
                zone = "rack #1 \\"left\\" \\\\ "
                """);
        assertEquals(new HostPort("svr1", 19800), options.value(LISTEN));
        assertEquals(
                List.of(new HostPort("mgr1", 1), new HostPort("mgr2", 19700), new HostPort("mgr3", 19700)),
                options.value(MANAGER));
        assertTrue(options.value(VERBOSE));
        assertEquals("rack #1 \"left\" \\ ", options.value(ZONE));
        assertEquals(1, options.value(COPIES));
        assertEquals(4, options.fileCount());
    }

    @Test
    void theCommandLineWins() {
        ParsedOptions options = parse(
                "listen = a\nmanager1 = m1\nmanager1 = m2\nverbose = true\nmin-copies = 2\n",
                "-l",
                "b",
                "-m",
                "m3",
                "--verbose=false");
        assertEquals(new HostPort("b", 19800), options.value(LISTEN));
        assertEquals(List.of(new HostPort("m3", 19700)), options.value(MANAGER), "a list is replaced as a whole");
        assertFalse(options.value(VERBOSE));
        assertEquals(2, options.value(COPIES));
    }

    @Test
    void linesMayEndAsOnWindows() {
        assertEquals("a", parse("manager1 = m\r\nzone = a\r\n").value(ZONE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "lisen = a          | unknown option 'lisen': did you mean 'listen'?",
                "Sync = always      | unknown option 'Sync': did you mean 'sync'?",
                "min_copies = 2     | unknown option 'min_copies': did you mean 'min-copies'?",
                "--listen = a       | unknown option '--listen': did you mean 'listen'?",
                "m = mgr1           | unknown option 'm': files have long names, here 'manager1'",
                "-TR = 2            | unknown option '-TR': files have long names, here 'read-threads'",
                "colour = red       | unknown option 'colour': kumo-test --help names all",
                "listen svr1        | 'listen svr1' is not name = value",
                "[server]           | '[server]' is not name = value",
                "= 5                | '= 5' is not name = value",
                "listen             | 'listen' has no value: write listen = HOST[:PORT]",
                "listen =           | listen has no value: give one after the =, or take the line out",
                "zone = # none      | zone has no value: give one after the =, or take the line out",
                "zone = \"a         | the value of zone has no \" at its end",
                "zone = \"a\" b     | 'b' follows the value of zone: take it out",
                "zone = \"a\\n\"    | the value of zone has a backslash before neither \" nor \\: write \\\\ for one backslash",
                "zone = 'a'         | the value of zone is in single quotes: use double ones, or none",
                "verbose = yes      | 'verbose': 'yes' is not true or false",
                "sync = sometimes   | 'sync': 'sometimes' is not one of always, interval",
                "min-copies = 9     | 'min-copies': 9 is not between 1 and 8",
                "help = true        | 'help' is for the command line only: take the line out",
            })
    void saysOfAMistakeWhereItIsAndWhatToDo(String line, String message) {
        assertEquals(List.of("kumo-test: " + PATH + ":2: " + message), mistakes("# first\n" + line + "\nzone = x"));
    }

    @Test
    void refusesWhatIsThereTwiceAndSaysWhere() {
        assertEquals(
                List.of("kumo-test: " + PATH + ":3: 'zone' is in line 1 already: take one of them out"),
                mistakes("zone = a\n\nzone = a\n"));
    }

    @Test
    void refusesCharactersThatNobodySees() {
        assertEquals(
                List.of("kumo-test: " + PATH + ":1: character 9 of the line is none of text: take it out"),
                mistakes("zone = a\u0000b"));
    }

    @Test
    void tellsAllMistakesAtOnceUpToABound() {
        assertEquals(2, mistakes("a = 1\nzone = ok\nb = 1\n").size());
        List<String> many = mistakes("what = 1\n".repeat(1000));
        assertEquals(21, many.size());
        assertEquals("kumo-test: " + PATH + ": 980 more mistakes", many.get(20));
    }

    @Test
    void saysWhichOptionIsMissingAndHowToWriteIt() {
        UsageException e = assertThrows(UsageException.class, () -> parse("zone = a"));
        assertEquals(
                "kumo-test: --manager1 (-m) is missing: give it, or write manager1 = HOST[:PORT],... in " + PATH
                        + " (see kumo-test --help)",
                e.getMessage());
    }

    @Test
    void noticesAndMessagesSayTheLine() {
        ParsedOptions options = parse("manager1 = m\nread-threads = 4\nmin-copies = 3\n", "--zone=a");
        assertEquals(List.of(PATH + ":2: --read-threads has no effect: there are event loops."), options.notices());
        assertEquals("--min-copies is too many (" + PATH + ":3)", options.withPlaces("--min-copies is too many"));
        assertEquals("--min-copies-of is no option", options.withPlaces("--min-copies-of is no option"));
        assertEquals("--zone does not fit", options.withPlaces("--zone does not fit"));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsInForceIsAFileThatSaysTheSame(int seed) {
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>(List.of("manager1 = mgr" + seed + ", mgr0", "manager1 = \"mgr9\""));
        if (random.nextBoolean()) {
            lines.add(ConfigLine.text("zone", value(random)));
        }
        if (random.nextBoolean()) {
            lines.add("verbose" + (random.nextBoolean() ? "" : " = " + random.nextBoolean()));
        }
        if (random.nextBoolean()) {
            lines.add("min-copies=" + (1 + random.nextInt(8)));
        }
        Collections.shuffle(lines, random);
        ParsedOptions once = parse(String.join("\n", lines));
        ParsedOptions again = parse(String.join("\n", ConfigText.effective(PROGRAM, once)));
        for (OptionSpec<?> spec : ALL) {
            assertEquals(once.value(spec), again.value(spec), spec.name());
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyValueCanBeWrittenAndIsReadAsItWas(int seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            String value = value(random);
            ConfigLine line = ConfigLine.of(ConfigLine.text("zone", value) + (i % 2 == 0 ? "" : "  # \"why\""));
            assertEquals(new ConfigLine.Setting("zone", Optional.of(value)), line);
        }
    }

    /** Made mostly of what has a meaning somewhere. */
    private static String value(Random random) {
        String letters = "ab \t#\"'\\=[]-.:é字";
        return random.ints(random.nextInt(8), 0, letters.length())
                .mapToObj(i -> letters.substring(i, i + 1))
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whateverIsInAFileItIsReadOrEveryLineOfTheMessageSaysWhere(int seed) {
        Random random = new Random(seed);
        List<String> pieces = List.of(
                "listen", "zone", "verbose", "sync", " ", "=", "\"", "\\", "#", "\n", "\r", "\0", "a", ",", "[", "19",
                "é");
        for (int i = 0; i < 500; i++) {
            String text = random.ints(random.nextInt(40), 0, pieces.size())
                    .mapToObj(pieces::get)
                    .collect(Collectors.joining());
            try {
                ConfigFile.of(PROGRAM, PATH, text);
            } catch (UsageException e) {
                e.getMessage().lines().forEach(line -> assertTrue(line.startsWith("kumo-test: " + PATH + ":"), line));
            }
        }
    }

    @Test
    void theFileToBeginWithSetsNothingButWhatItIsToldTo() {
        String text = ConfigText.template(PROGRAM, Map.of("manager1", "mgr1"));
        ParsedOptions options = parse(text);
        assertEquals(1, options.fileCount());
        assertEquals(List.of(new HostPort("mgr1", 19700)), options.value(MANAGER));
        assertTrue(text.contains("\n# Where. Default: 127.0.0.1:19800.\n# listen = 127.0.0.1:19800\n"), text);
        assertTrue(text.contains("\n# verbose = false\n"), text);
        assertFalse(text.contains("read-threads"), "what has no effect is not offered");
        assertFalse(text.contains("help ="), text);
        assertThrows(IllegalArgumentException.class, () -> ConfigText.template(PROGRAM, Map.of("zones", "a")));
    }

    @Test
    void everyLineOfTheFileToBeginWithCanBeSwitchedOn() {
        String text = ConfigText.template(PROGRAM, Map.of("manager1", "m")).replace("# listen =", "listen =");
        String all = text.replaceAll("(?m)^# (verbose|min-copies|sync) =", "$1 =");
        assertEquals(5, parse(all).fileCount());
    }

    @ParameterizedTest
    @CsvSource({"lsiten,listen", "listenn,listen", "mana,manager1", "mincopies,min-copies", "zon,zone"})
    void findsWhatWasMeant(String word, String meant) {
        assertEquals(
                meant,
                NearMiss.of(word, ALL.stream().map(OptionSpec::name).toList()).orElse(""));
    }

    @Test
    void guessesNothingFarAway() {
        List<String> names = List.of("listen", "log", "log-retention");
        for (String word : List.of("", "x", "lo", "memory", "listen".repeat(20))) {
            assertEquals(
                    "",
                    NearMiss.of(word, names).filter(each -> !each.equals("log")).orElse(""),
                    word);
        }
        assertEquals(0, NearMiss.distance("same", "same"));
        assertEquals(1, NearMiss.distance("smae", "same"));
        assertEquals(4, NearMiss.distance("", "same"));
    }
}
