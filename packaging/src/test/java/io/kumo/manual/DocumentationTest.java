package io.kumo.manual;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.config.ConfigFile;
import io.kumo.config.OptionParser;
import io.kumo.config.OptionSpec;
import io.kumo.manual.runtime.DocumentationMain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Manual pages, completion and files of options: complete, and understood by the programs that read them. */
class DocumentationTest {
    private static final Documentation BUILD = DocumentationMain.ofThisBuild();
    private static final Map<String, String> FILES = BUILD.files("1.2.3", "2026-01-02");

    @TempDir
    private static Path directory;

    @BeforeAll
    static void write() throws IOException {
        for (Map.Entry<String, String> file : FILES.entrySet()) {
            Path path = directory.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
    }

    private static List<OptionParser> daemons() {
        return List.of(BUILD.manager(), BUILD.server(), BUILD.gateway());
    }

    private static String file(String name) {
        return FILES.getOrDefault(name, "there is no " + name);
    }

    @Test
    void everyOptionOfEveryDaemonIsEverywhere() {
        for (OptionParser daemon : daemons()) {
            String name = daemon.program();
            String role = name.replace("kumo-", "");
            for (OptionSpec<?> option : daemon.specs()) {
                String page = file("man/man8/" + name + ".8");
                assertTrue(page.contains("\\fB" + Roff.plain("--" + option.name()) + "\\fR"), name + option.name());
                if (option.noEffectReason().isEmpty()) {
                    assertTrue(file("completion/bash/" + name).contains(" --" + option.name()), option.name());
                    assertTrue(file("completion/zsh/_" + name).contains("--" + option.name()), option.name());
                    boolean inFile = file("etc/" + role + ".conf").contains("\n# " + option.name() + " = ")
                            || file("etc/" + role + ".conf").contains("\n" + option.name() + " = ");
                    assertEquals(!option.isOnlyOnCommandLine(), inFile, role + " " + option.name());
                }
            }
        }
    }

    @Test
    void everyCommandOfKumoctlIsInItsManualAndCompletion() {
        for (Command command : BUILD.control()) {
            assertTrue(file("man/man1/kumoctl.1").contains(Roff.bold(command.text())), command.text());
            String last = command.name().get(command.name().size() - 1);
            assertTrue(file("completion/bash/kumoctl").contains("        " + last + ")"), last);
            assertTrue(file("completion/zsh/_kumoctl").contains("    " + last + ")"), last);
            for (OptionSpec<?> option : command.options().specs()) {
                assertTrue(file("man/man1/kumoctl.1").contains(Roff.bold("--" + option.name())), option.name());
            }
        }
        for (Command tool : BUILD.tools()) {
            assertTrue(FILES.containsKey("man/man1/" + tool.text() + ".1"), tool.text());
        }
    }

    @Test
    void everyInstalledProgramHasAManualAndCompletion() throws IOException {
        try (Stream<Path> scripts = Files.list(Path.of("src/main/bin"))) {
            for (Path script : scripts.toList()) {
                String name = script.getFileName().toString();
                String page = name.startsWith("kumo-") ? "man/man8/" + name + ".8" : "man/man1/" + name + ".1";
                assertTrue(FILES.containsKey(page), page);
                assertTrue(FILES.containsKey("completion/bash/" + name), name);
                assertTrue(FILES.containsKey("completion/zsh/_" + name), name);
            }
        }
    }

    @Test
    void aPageHasItsSectionsInTheUsualOrder() {
        List<String> sections = file("man/man8/kumo-server.8")
                .lines()
                .filter(line -> line.startsWith(".SH "))
                .map(line -> line.substring(4))
                .toList();
        assertEquals(
                List.of(
                        "NAME",
                        "SYNOPSIS",
                        "DESCRIPTION",
                        "OPTIONS",
                        "FILES",
                        "ENVIRONMENT",
                        "EXIT STATUS",
                        "SIGNALS",
                        "EXAMPLES",
                        "SEE ALSO"),
                sections);
        assertTrue(file("man/man8/kumo-server.8").startsWith(".TH KUMO\\-SERVER 8 2026-01-02 \"kumo 1.2.3\"\n"));
    }

    @Test
    void nothingInATextIsTakenForTroff() {
        String page = new Roff("a", 1, "2026-01-02", "kumo")
                .section("S")
                .text(Roff.plain(".so \\n it's -x `y`"))
                .page();
        assertTrue(page.endsWith(".SH S\n\\&.so \\en it\\(aqs \\-x \\(gay\\(ga\n"), page);
    }

    @Test
    void theFilesOfOptionsAreFineAsTheyAre() {
        for (OptionParser daemon : daemons()) {
            String name = "etc/" + daemon.program().replace("kumo-", "") + ".conf";
            assertTrue(
                    daemon.parse(List.of(), ConfigFile.of(daemon, name, file(name)))
                                    .fileCount()
                            >= 2,
                    name);
        }
    }

    @Test
    void readersOfManualPagesHaveNothingToSay() throws Exception {
        needs("mandoc");
        for (String page : pages()) {
            assertEquals("", run("mandoc", "-Tlint", "-W", "warning", page), page);
        }
    }

    @Test
    void troffHasNothingToSayEither() throws Exception {
        needs("groff");
        for (String page : pages()) {
            assertEquals("", run("groff", "-man", "-ww", "-z", page), page);
        }
    }

    private static List<String> pages() {
        List<String> pages =
                FILES.keySet().stream().filter(name -> name.startsWith("man/")).toList();
        assertTrue(pages.size() >= 5);
        return pages;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kumo-server --syn            | --sync",
                "kumo-server --sync           | always interval never",
                "kumo-server -l a:1 --sync=al | always",
                "kumo-server --config etc/ser | etc/server.conf",
                "kumo-manager --data et       | etc",
                "kumo-manager --partitions    | ",
                "kumo-gateway --read          | --read-only",
                "kumoctl pas                  | passwd",
                "kumoctl mgr1:19700 att       | attach attach-noreplace",
                "kumoctl mgr1 attach --wait-  | --wait-at-most",
                "kumoctl mgr1 plan at         | attach",
                "kumoctl mgr1 status --j      | --json",
                "kumoctl bench g:1 --dep      | --depth",
                "kumoctl passwd etc/m         | etc/manager.conf",
                "kumomergedb a etc/m          | etc/manager.conf",
                "kumotop --js                 | --json",
                "kumoctl key                  | add derive drop init swap",
                "kumoctl mgr1 no-such --x     | ",
            })
    void bashOffersWhatCanFollow(String line, String offered) throws Exception {
        String program = line.substring(0, line.indexOf(' '));
        boolean wholeWord = line.matches(".* (--sync|--partitions|key)");
        String script = "source completion/bash/" + program + "; COMP_LINE='" + line + (wholeWord ? " " : "")
                + "'; COMP_POINT=${#COMP_LINE}; $(complete -p " + program
                + " | sed 's/.*-F \\([^ ]*\\).*/\\1/'); echo \"${COMPREPLY[*]}\"";
        String answer = run("bash", "-c", script).strip();
        assertEquals(offered == null ? "" : offered, String.join(" ", new TreeSet<>(List.of(answer.split(" ")))));
    }

    @Test
    void zshReadsItsCompletion() throws Exception {
        needs("zsh");
        List<String> functions = FILES.keySet().stream()
                .filter(name -> name.startsWith("completion/zsh/"))
                .toList();
        for (String function : functions) {
            assertEquals("", run("zsh", "-n", function), function);
            assertTrue(file(function).startsWith("#compdef " + function.replaceFirst(".*_", "")), function);
        }
    }

    private static void needs(String program) throws Exception {
        Assumptions.assumeFalse(run("sh", "-c", "command -v " + program).isEmpty(), program + " is not installed");
    }

    /** What a command says; it must end with exit code 0 if it says nothing on stderr. */
    private static String run(String... command) throws Exception {
        List<String> words = new ArrayList<>(List.of(command));
        Process process = new ProcessBuilder(words)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(20, TimeUnit.SECONDS), "it does not end");
        assertFalse(said.contains("command not found"), said);
        return said;
    }
}
