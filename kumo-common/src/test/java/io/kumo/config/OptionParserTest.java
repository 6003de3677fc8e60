package io.kumo.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionParserTest {
    private enum Sync {
        ALWAYS,
        EVERY_SECOND
    }

    private static final OptionSpec<HostPort> LISTEN =
            OptionSpec.hostPort("listen", "127.0.0.1:19800", 19800, "Where.").shorts("l");
    private static final OptionSpec<List<HostPort>> PARTNERS =
            OptionSpec.hostPorts("partner", "", 19700, "Others.").shorts("p");
    private static final OptionSpec<List<HostPort>> TEXT =
            OptionSpec.ports("text", "11411", "0.0.0.0", "Port.").shorts("t");
    private static final OptionSpec<Boolean> ASYNC_SET =
            OptionSpec.flag("async-replicate-set", "Weaker.").shorts("As");
    private static final OptionSpec<Boolean> ASYNC_DELETE =
            OptionSpec.flag("async-replicate-delete", "Weaker.").shorts("Ad");
    private static final OptionSpec<Boolean> VERBOSE =
            OptionSpec.flag("verbose", "More.").shorts("v");
    private static final OptionSpec<Duration> TIMEOUT = OptionSpec.duration("timeout", "5s", "Deadline.");
    private static final OptionSpec<Long> MEMORY = OptionSpec.bytes("memory", "64m", 1 << 20, 1L << 40, "Bound.");
    private static final OptionSpec<Sync> SYNC = OptionSpec.choice("sync", "always", Sync.class, "When.");
    private static final OptionSpec<Optional<String>> LOG =
            OptionSpec.path("log", "", "File.").shorts("o").optional();
    private static final OptionSpec<Boolean> THREADS =
            OptionSpec.noEffect("read-threads", "N", "there are event loops.").shorts("TR");
    private static final OptionSpec<Integer> COPIES =
            OptionSpec.integer("copies", "3", 1, 8, "How many.").shorts("c");

    private static final OptionParser PARSER = new OptionParser(
            "kumo-test",
            "[OPTION]...",
            "A program.",
            List.of(
                    LISTEN,
                    PARTNERS,
                    TEXT,
                    ASYNC_SET,
                    ASYNC_DELETE,
                    VERBOSE,
                    TIMEOUT,
                    MEMORY,
                    SYNC,
                    LOG,
                    THREADS,
                    COPIES));

    private static ParsedOptions parse(String commandLine) {
        return PARSER.parse(commandLine.isEmpty() ? List.of() : List.of(commandLine.split(" ")));
    }

    private static String error(String commandLine) {
        return assertThrows(UsageException.class, () -> parse(commandLine)).getMessage();
    }

    @Test
    void givesDefaultsForWhatIsNotGiven() {
        ParsedOptions options = parse("");
        assertEquals(new HostPort("127.0.0.1", 19800), options.value(LISTEN));
        assertEquals(List.of(), options.value(PARTNERS));
        assertEquals(List.of(new HostPort("0.0.0.0", 11411)), options.value(TEXT));
        assertFalse(options.value(VERBOSE));
        assertEquals(Duration.ofSeconds(5), options.value(TIMEOUT));
        assertEquals(64L << 20, options.value(MEMORY));
        assertEquals(Sync.ALWAYS, options.value(SYNC));
        assertEquals(Optional.empty(), options.value(LOG));
        assertFalse(options.isGiven(LISTEN));
        assertEquals(List.of(), options.notices());
    }

    @Test
    void readsCommandLinesAsKumofsHasThem() {
        ParsedOptions options = parse("-v -l svr1 -p mgr2 -t 11211 -As -Ad -TR 6 -o /var/log/kumo.log");
        assertTrue(options.value(VERBOSE));
        assertEquals(new HostPort("svr1", 19800), options.value(LISTEN));
        assertEquals(List.of(new HostPort("mgr2", 19700)), options.value(PARTNERS));
        assertEquals(List.of(new HostPort("0.0.0.0", 11211)), options.value(TEXT));
        assertTrue(options.value(ASYNC_SET));
        assertTrue(options.value(ASYNC_DELETE));
        assertEquals(Optional.of("/var/log/kumo.log"), options.value(LOG));
        assertEquals(List.of("--read-threads has no effect: there are event loops."), options.notices());
    }

    @Test
    void collectsRepeatedAndCommaSeparatedAddressesOnce() {
        ParsedOptions options = parse("-p a -p b:1,c --partner=d:2 --partner a:19700");
        List<HostPort> expected =
                List.of(new HostPort("a", 19700), new HostPort("b", 1), new HostPort("c", 19700), new HostPort("d", 2));
        assertEquals(expected, options.value(PARTNERS));
    }

    @Test
    void theLastOfARepeatedOptionCounts() {
        assertEquals(5, parse("-c 4 --copies 5").value(COPIES));
    }

    @Test
    void aFlagCanBeSwitchedOnAndOff() {
        assertTrue(parse("--verbose=true").value(VERBOSE));
        assertFalse(parse("-v --verbose=false").value(VERBOSE));
        assertTrue(parse("--verbose=false -v").value(VERBOSE));
        assertEquals(List.of("--verbose=x"), parse("-- --verbose=x").arguments());
    }

    @Test
    void keepsOperandsAndStopsAtTwoDashes() {
        assertEquals(
                List.of("mgr1", "status", "-v"), parse("mgr1 -c 4 status -- -v").arguments());
    }

    @Test
    void readsAnAttachedValueOfALetter() {
        assertEquals(4, parse("-c4").value(COPIES));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--foo | kumo-test: unknown option --foo (see kumo-test --help)",
                "-X | kumo-test: unknown option -X (see kumo-test --help)",
                "--list x | kumo-test: unknown option --list: did you mean --listen? (see kumo-test --help)",
                "--listen | kumo-test: --listen (-l) needs HOST[:PORT] (see kumo-test --help)",
                "-l a:b | kumo-test: --listen (-l): 'b' in 'a:b' is not a port number (see kumo-test --help)",
                "-l a:70000 | kumo-test: --listen (-l): port 70000 is not between 0 and 65535 (see kumo-test --help)",
                "-t host | kumo-test: --text (-t): 'host' is not PORT or HOST:PORT (see kumo-test --help)",
                "-c 9 | kumo-test: --copies (-c): 9 is not between 1 and 8 (see kumo-test --help)",
                "-c many | kumo-test: --copies (-c): 'many' is not a whole number (see kumo-test --help)",
                "--timeout 5x | kumo-test: --timeout: '5x' is not a time such as 5s, 500ms or 10m (see kumo-test --help)",
                "--memory 5 | kumo-test: --memory: 5 is not between 1048576 and 1099511627776 bytes (see kumo-test --help)",
                "--verbos | kumo-test: unknown option --verbos: did you mean --verbose? (see kumo-test --help)",
                "--verbose=yes | kumo-test: --verbose: 'yes' is not true or false (see kumo-test --help)",
                "--sync never | kumo-test: --sync: 'never' is not one of always, every-second (see kumo-test --help)",
            })
    void saysInOneLineWhatIsWrong(String commandLine, String message) {
        assertEquals(message, error(commandLine));
    }

    @ParameterizedTest
    @CsvSource({"5s,5000", "500ms,500", "7,7000", "1.5s,1500", "2m,120000", "1h,3600000", "1d,86400000", "0,0"})
    void readsTimes(String text, long millis) {
        assertEquals(Duration.ofMillis(millis), Quantities.duration(text));
    }

    @ParameterizedTest
    @CsvSource({"4096,4096", "64k,65536", "1m,1048576", "2G,2147483648", "1.5k,1536", "1MiB,1048576"})
    void readsBytes(String text, long bytes) {
        assertEquals(bytes, Quantities.bytes(text, 0, Long.MAX_VALUE));
    }

    @Test
    void demandsARequiredOption() {
        OptionSpec<String> store =
                OptionSpec.path("store", "", "Directory.").shorts("s").required();
        OptionParser parser = new OptionParser("kumo-test", "", "A program.", List.of(store));
        UsageException e = assertThrows(UsageException.class, () -> parser.parse(List.of()));
        assertEquals("kumo-test: --store (-s) is missing (see kumo-test --help)", e.getMessage());
        assertEquals("x", parser.parse(List.of("-s", "x")).value(store));
        parser.parse(List.of(), false);
    }

    @Test
    void refusesTwoOptionsOfOneName() {
        List<OptionSpec<?>> twice =
                List.of(VERBOSE, OptionSpec.flag("vast", "Large.").shorts("v"));
        assertThrows(IllegalStateException.class, () -> new OptionParser("kumo-test", "", "A program.", twice));
    }

    @Test
    void helpNamesEveryOptionInLinesOfBoundedLength() {
        String help = PARSER.help();
        for (OptionSpec<?> spec : PARSER.specs()) {
            assertTrue(help.contains("--" + spec.name()), spec.name());
        }
        help.lines().forEach(line -> assertTrue(line.length() <= 100, line));
    }

    @Test
    void documentsEveryOption() {
        String markdown = OptionsDocument.markdown(PARSER);
        assertTrue(markdown.contains("| `-l` `--listen HOST[:PORT]` | `127.0.0.1:19800` | Where. |"), markdown);
        assertTrue(markdown.contains("| `--sync always\\|every-second` | `always` | When. |"), markdown);
        assertTrue(markdown.contains("| `-TR` `--read-threads N` | there are event loops. |"), markdown);
    }
}
