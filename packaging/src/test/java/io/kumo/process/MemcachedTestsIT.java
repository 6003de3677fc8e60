package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.kumo.auth.PasswordHash;
import io.kumo.auth.UsersFile;
import io.kumo.base.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * memcached's own tests with gateways in memcached's place, those that {@link MemcachedTest} lists; skipped where its
 * source can't be had.
 */
class MemcachedTestsIT {
    private static final int LONGEST_S = Boolean.getBoolean("memcached.long") ? 900 : 240;
    private static final Pattern RESULT = Pattern.compile("(?m)^(ok|not ok) (\\d+)");
    private static final Pattern PLAN = Pattern.compile("(?m)^1\\.\\.(\\d+)");
    /** End of the name of a test that we left a block out of. */
    private static final String PART = "-part.t";

    private static final int SHOWN = 4_000;

    @TempDir
    static Path directory;

    private static Path source;
    private static ProcessCluster cluster;

    /** Tests that run at the same time, begun when the first of them is to be looked at. */
    private static final Map<String, Process> BESIDE = new TreeMap<>();

    @BeforeAll
    static void startCluster() throws IOException {
        source = MemcachedSource.copyTo(directory);
        cluster =
                new ProcessCluster(directory).managersWith("--partitions", "16").run(1, 1, 0, "--store-mode", "memory");
        cluster.addGateway("--enable-flush-all", "--max-connections", "1024").awaitReady();
        await("the gateway serves").atMost(Duration.ofSeconds(30)).until(MemcachedTestsIT::isEmptied);
        Files.writeString(users(), users(source.resolve("t/authfile")));
    }

    private static boolean isEmptied() throws IOException {
        try (TextClient client = cluster.client()) {
            return client.ask("flush_all").equals("OK")
                    && client.ask("stats reset").equals("RESET");
        }
    }

    private static Path users() {
        return directory.resolve("users");
    }

    /** What memcached has in clear, a user on each line. */
    private static String users(Path clear) throws IOException {
        UsersFile users = UsersFile.EMPTY;
        for (String line : Files.readAllLines(clear)) {
            String[] words = line.split(":", 2);
            Bytes salt = Bytes.utf8(words[0].repeat(PasswordHash.SALT_BYTES).substring(0, PasswordHash.SALT_BYTES));
            users = users.with(words[0], PasswordHash.of(words[1].toCharArray(), salt, 1000));
        }
        return users.text();
    }

    @AfterAll
    static void endCluster() {
        BESIDE.values().forEach(MemcachedTestsIT::endAll);
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void theListHasAllOfThem() throws IOException {
        try (Stream<Path> files = Files.list(source.resolve("t"))) {
            Set<String> there = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".t") && !name.endsWith(PART))
                    .map(name -> name.substring(0, name.length() - 2))
                    .collect(Collectors.toCollection(TreeSet::new));
            Set<String> listed = MemcachedTest.all().stream()
                    .map(MemcachedTest::name)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(there, listed);
        }
    }

    @TestFactory
    Stream<DynamicTest> testsOfMemcached() {
        boolean isLong = Boolean.getBoolean("memcached.long");
        List<DynamicTest> tests = new ArrayList<>();
        for (MemcachedTest test : MemcachedTest.all()) {
            boolean isRun = test.how() != MemcachedTest.How.NO && (isLong || test.how() != MemcachedTest.How.LONG);
            if (isRun && !test.isBeside()) {
                tests.add(dynamicTest(test.name(), () -> judge(test, runAlone(test))));
            }
        }
        for (MemcachedTest test : MemcachedTest.all()) {
            if (test.isBeside()) {
                tests.add(dynamicTest(test.name(), () -> judge(test, besideOthers(test))));
            }
        }
        return tests.stream();
    }

    private static Process runAlone(MemcachedTest test) throws IOException {
        assertTrue(isEmptied());
        return start(test);
    }

    private static Process besideOthers(MemcachedTest wanted) throws IOException {
        if (BESIDE.isEmpty()) {
            for (MemcachedTest test : MemcachedTest.all()) {
                if (test.isBeside()) {
                    BESIDE.put(test.name(), start(test));
                }
            }
        }
        return BESIDE.get(wanted.name());
    }

    /**
     * Perl ends its gateways with SIGINT, which they would not hear where the tests run in the background of a shell.
     */
    private static Process start(MemcachedTest test) throws IOException {
        Path script = script(test);
        ProcessBuilder perl = new ProcessBuilder(
                        "env", "--default-signal=INT", "perl", "-It/lib", "-I.", "-MHarness", script.toString())
                .directory(source.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said(test).toFile());
        Map<String, String> environment = perl.environment();
        environment.put("HARNESS_HOME", ProcessCluster.HOME.toString());
        environment.put("HARNESS_MANAGER", "127.0.0.1:" + cluster.managerPort(0));
        environment.put("HARNESS_USERS", users().toString());
        environment.put("HARNESS_PREFIX", test.isBeside() ? test.name() + ":" : "");
        environment.put("HARNESS_HELP", test.how() == MemcachedTest.How.UNIX ? "unix-socket" : "");
        environment.merge("KUMO_JAVA_OPTS", Daemon.SHORT_LIFE, (set, ours) -> set + " " + ours);
        if (!test.startsItsGateways()) {
            environment.put("T_MEMD_USE_DAEMON", "127.0.0.1:" + cluster.gatewayPort(0));
        }
        return perl.start();
    }

    /** The test, without what is to be left out. */
    private static Path script(MemcachedTest test) throws IOException {
        Path original = source.resolve("t").resolve(test.name() + ".t");
        if (test.without().isEmpty()) {
            return original;
        }
        List<String> kept = new ArrayList<>();
        boolean isLeftOut = false;
        for (String line : Files.readAllLines(original, StandardCharsets.ISO_8859_1)) {
            boolean begins = test.without().contains(line.strip());
            isLeftOut = begins || (isLeftOut && !line.startsWith("}"));
            if (begins) {
                kept.add("    1;");
            } else if (!isLeftOut) {
                kept.add(line);
            }
        }
        return Files.write(original.resolveSibling(test.name() + PART), kept, StandardCharsets.ISO_8859_1);
    }

    private static Path said(MemcachedTest test) {
        return directory.resolve(test.name() + ".said");
    }

    private static void judge(MemcachedTest test, Process process) throws Exception {
        boolean ended = process.waitFor(LONGEST_S, TimeUnit.SECONDS);
        endAll(process);
        String said = Files.readString(said(test), StandardCharsets.ISO_8859_1);
        String end = said.substring(Math.max(0, said.length() - SHOWN));
        assertTrue(ended, () -> test.name() + " does not end within " + LONGEST_S + " s: " + end);
        Matcher plan = PLAN.matcher(said);
        assertTrue(plan.find(), () -> test.name() + " did not come to its end: " + end);
        Set<Integer> passed = new TreeSet<>();
        Set<Integer> failed = new TreeSet<>();
        for (Matcher result = RESULT.matcher(said); result.find(); ) {
            (result.group(1).equals("ok") ? passed : failed).add(Integer.parseInt(result.group(2)));
        }
        Set<Integer> unexpected = new TreeSet<>(failed);
        unexpected.removeAll(test.failing());
        assertTrue(unexpected.isEmpty(), () -> test.name() + " fails in " + unexpected + ": " + failures(said));
        assertEquals(Integer.parseInt(plan.group(1)), passed.size() + failed.size(), () -> test.name() + ": " + end);
        assertEquals(
                failed.size(), process.exitValue(), () -> test.name() + " ended otherwise than by its tests: " + end);
    }

    private static String failures(String said) {
        String failures = said.lines()
                .filter(line -> line.startsWith("not ok") || line.startsWith("#"))
                .collect(Collectors.joining("\n"));
        return failures.substring(0, Math.min(SHOWN, failures.length()));
    }

    private static void endAll(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
