package io.kumo.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.config.OptionParser;
import io.kumo.config.OptionSpec;
import io.kumo.config.OptionsDocument;
import io.kumo.ctl.Finding;
import io.kumo.ctl.StatItem;
import io.kumo.ctl.runtime.CommandsDocument;
import io.kumo.error.ErrorCode;
import io.kumo.gateway.runtime.GatewayMain;
import io.kumo.manager.runtime.ManagerMain;
import io.kumo.node.runtime.Meter;
import io.kumo.process.MemcachedTest;
import io.kumo.protocol.Figure;
import io.kumo.server.runtime.ServerMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents say of options, meters, errors and files is what there is. */
class DocumentsTest {
    private static final Path ROOT = Path.of("..");
    private static final List<String> MODULES =
            List.of("kumo-common", "kumo-manager", "kumo-server", "kumo-gateway", "kumoctl", "packaging");
    private static final Path DOCS = ROOT.resolve("docs");
    private static final Path OPERATIONS = DOCS.resolve("OPERATIONS.md");
    private static final Path TOOLS = DOCS.resolve("TOOLS.md");
    private static final String FIGURES_BEGIN = "<!-- figures: made by DocumentsTest -->\n";
    private static final String FIGURES_END = "<!-- end of figures -->\n";
    private static final String METERS_BEGIN = "<!-- meters: made by DocumentsTest -->\n";
    private static final String METERS_END = "<!-- end of meters -->\n";
    private static final String TESTS_BEGIN = "<!-- memcached's tests: made by DocumentsTest of tests.txt -->\n";
    private static final String TESTS_END = "<!-- end of memcached's tests -->\n";
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
    private static final Pattern TYPE = Pattern.compile("`([A-Z][a-z][A-Za-z.]*)`");
    private static final Pattern DECLARATION = Pattern.compile("\\b(?:class|record|interface|enum) ([A-Z]\\w*)");

    private static final String HEAD = """
            # Options

            Made from the programs' definitions by `DocumentsTest`: change those, then run it with `-Dkumo.rewrite=true`.

            - `TIME`: `5s`, `500ms`, `10m`, `1h`, `2d`; a bare number is seconds.
            - `BYTES`: `4096`, `64k`, `1m`, `2g`, powers of 1024.
            - `HOST[:PORT]`: a name, an IPv4 address or `[IPv6]`; the port of the default if none is given. Port 0: any free one.
            - A one-letter or two-letter name has one dash, a long one has two: `-m mgr1`, `--manager1 mgr1`, `--manager1=mgr1`.
            - A flag may be switched off again: `--verbose=false`.

            `KUMO_JAVA_OPTS` in the environment has further options for the JVM, for example `KUMO_JAVA_OPTS=-Xmx4g`;
            `JAVA_HOME` says which Java runs.

            ## Files of options

            Every option of a daemon can be in a file, which `--config FILE` names:

                # /etc/kumo/server.conf
                listen = svr1
                manager1 = mgr1                # may be on several lines
                manager1 = mgr2
                store = /var/lib/kumo/server
                cluster-key-file = /etc/kumo/cluster.key
                zone = "rack #1"
                verbose

            - A line is `name = value`. The name is the long one without its dashes; a flag is `name = true`,
              `name = false`, or its name alone.
            - A comment begins with `#`, at the beginning of a line or after a blank. A value with ` #` in it, or with blanks
              at its ends, is put in double quotes; in these, `\\"` is a quote and `\\\\` a backslash. An empty value is `""`.
            - An option that may be given more than once may be on several lines. Any other that is there twice is an error.
            - The command line wins: what it gives is not taken from the file, a list as a whole.
            - The file is read at the start, and never again. It is UTF-8. Paths in it are, as on the command line, relative
              to the directory in which the program is started.
            - `--config`, `--check-config`, `--help` and `--version` are for the command line only.

            A mistake ends the program with exit code 2, and a line on stderr for each: the file, the line, what is wrong
            and what to do. `--check-config` looks for mistakes and starts nothing: options that do not fit together, and
            files and directories that can't be used, are found too. Then it prints what is in force, and where each value
            comes from, and ends with exit code 0. Run it as the user that the daemon runs as:

                kumo-server --config /etc/kumo/server.conf --check-config

            kumoctl takes where its key or certificate is (`cluster-key-file`, `node-tls-cert`, `node-tls-key`,
            `node-tls-ca`) from a file of the same form: the one that `KUMOCTL_CONF` names in the environment, else
            `~/.kumoctl.conf`, else `/etc/kumo/kumoctl.conf`. A command that says it itself reads none of them.

            """;

    static List<OptionParser> daemons() {
        return List.of(
                new ManagerMain().optionParser(), new ServerMain().optionParser(), new GatewayMain().optionParser());
    }

    @Test
    void theOptionsAreThoseOfThePrograms() throws IOException {
        StringBuilder text = new StringBuilder(HEAD);
        daemons()
                .forEach(daemon -> text.append(OptionsDocument.markdown(daemon)).append('\n'));
        text.append(CommandsDocument.markdown());
        check(DOCS.resolve("CONFIGURATION.md"), text.toString());
    }

    @Test
    void theMetersAreThoseOfTheList() throws IOException {
        String text = Files.readString(OPERATIONS);
        int begin = text.indexOf(METERS_BEGIN);
        int end = text.indexOf(METERS_END);
        assertTrue(begin >= 0 && end > begin, "OPERATIONS.md lacks the place for the meters");
        check(OPERATIONS, text.substring(0, begin) + METERS_BEGIN + meters() + text.substring(end));
    }

    @Test
    void theFiguresAreThoseOfTheList() throws IOException {
        String text = Files.readString(TOOLS);
        int begin = text.indexOf(FIGURES_BEGIN);
        int end = text.indexOf(FIGURES_END);
        assertTrue(begin >= 0 && end > begin, "TOOLS.md lacks the place for the figures");
        String figures = Arrays.stream(Figure.values())
                .map(figure -> "| `" + figure.word() + "` | " + figure.help() + " |\n")
                .collect(Collectors.joining("", "| figure | |\n| --- | --- |\n", ""));
        check(TOOLS, text.substring(0, begin) + FIGURES_BEGIN + figures + text.substring(end));
    }

    @Test
    void everyItemOfKumostatAndEveryCheckOfTheDoctorIsExplained() throws IOException {
        String text = Files.readString(TOOLS);
        Stream.concat(
                        Arrays.stream(StatItem.values()).map(StatItem::word),
                        Arrays.stream(Finding.Check.values()).map(Finding.Check::word))
                .forEach(word -> assertTrue(text.contains("`" + word + "`"), "TOOLS.md does not explain " + word));
    }

    @Test
    void memcachedsTestsAreThoseOfTheList() throws IOException {
        Path file = DOCS.resolve("MEMCACHED.md");
        String text = Files.readString(file);
        int begin = text.indexOf(TESTS_BEGIN);
        int end = text.indexOf(TESTS_END);
        assertTrue(begin >= 0 && end > begin, file + " lacks the place for memcached's tests");
        check(file, text.substring(0, begin) + TESTS_BEGIN + MemcachedTest.markdown() + text.substring(end));
    }

    private static String meters() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        for (String process : List.of("manager", "server", "gateway")) {
            StringBuilder text = new StringBuilder();
            for (String module : List.of("kumo-common", "kumo-" + process)) {
                for (Path file : javaFiles(ROOT.resolve(module + "/src/main"))) {
                    text.append(Files.readString(file));
                }
            }
            sources.put(process, text.toString());
        }
        StringBuilder out = new StringBuilder("| metric | kind | of | |\n| --- | --- | --- | --- |\n");
        for (Meter meter : Meter.values()) {
            Pattern use = Pattern.compile("Meter\\." + meter.name() + "\\b");
            String where = sources.entrySet().stream()
                    .filter(source -> use.matcher(source.getValue()).find())
                    .map(Map.Entry::getKey)
                    .collect(Collectors.joining(", "));
            String kind = switch (meter.kind()) {
                case COUNTER -> "counter";
                case GAUGE -> "gauge";
                case LATENCY -> "histogram";
            };
            out.append("| `").append(prometheusName(meter)).append("` | ").append(kind);
            out.append(" | ").append(where.isEmpty() ? "not yet" : where);
            out.append(" | ").append(meter.help()).append(" |\n");
        }
        return out.toString();
    }

    /** What a meter is called in /metrics. */
    static String prometheusName(Meter meter) {
        String name = meter.id().replace('.', '_');
        String unit = meter.unit().isEmpty() ? "" : "_" + meter.unit();
        return name + unit + (meter.kind() == Meter.Kind.COUNTER ? "_total" : "");
    }

    @Test
    void everyErrorIsExplained() throws IOException {
        String text = Files.readString(OPERATIONS);
        for (ErrorCode code : ErrorCode.values()) {
            assertTrue(text.contains("`" + code + "`"), "OPERATIONS.md does not explain " + code);
        }
    }

    @Test
    void everyOptionOfKumofsThatHasNoEffectIsListed() throws IOException {
        String text = Files.readString(DOCS.resolve("KUMOFS-OPTIONS.md"));
        for (OptionParser daemon : daemons()) {
            for (OptionSpec<?> option : daemon.specs()) {
                if (!option.noEffectReason().isEmpty()) {
                    assertTrue(text.contains("`--" + option.name() + "`"), daemon.program() + " --" + option.name());
                }
            }
        }
    }

    @Test
    void whatDocumentsNameIsThere() throws IOException {
        Set<String> types = new HashSet<>();
        for (String module : MODULES) {
            for (Path file : javaFiles(ROOT.resolve(module + "/src"))) {
                for (Matcher type = DECLARATION.matcher(Files.readString(file)); type.find(); ) {
                    types.add(type.group(1));
                }
            }
        }
        List<Path> documents = new ArrayList<>(List.of(ROOT.resolve("README.md")));
        try (Stream<Path> files = Files.list(DOCS)) {
            files.forEach(documents::add);
        }
        for (Path document : documents) {
            check(document, Files.readString(document), types);
        }
    }

    private static void check(Path document, String text, Set<String> types) {
        for (Matcher link = LINK.matcher(text); link.find(); ) {
            Path target = document.resolveSibling(link.group(1));
            assertTrue(Files.exists(target), document + " links to " + link.group(1));
        }
        for (Matcher word = TYPE.matcher(text); word.find(); ) {
            for (String type : word.group(1).split("\\.")) {
                boolean isMember = Character.isLowerCase(type.charAt(0)); // of the type before it
                assertTrue(isMember || types.contains(type), document + " names " + word.group());
            }
        }
    }

    private static List<Path> javaFiles(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    private static void check(Path file, String text) throws IOException {
        if (Boolean.getBoolean("kumo.rewrite")) {
            Files.writeString(file, text);
            return;
        }
        String how = file + ": after an intended change, run this test with -Dkumo.rewrite=true";
        assertEquals(Files.exists(file) ? Files.readString(file) : "", text, how);
    }
}
