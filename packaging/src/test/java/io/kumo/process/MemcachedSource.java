package io.kumo.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * memcached's source, for its tests: from {@code -Dmemcached.source=DIR}, or from Debian's source packages, by where
 * this host gets its packages from. Nothing of the host's own lists of packages changes.
 */
final class MemcachedSource {
    private static final Path KEPT = Path.of("target", "memcached-source");

    private MemcachedSource() {}

    /** A copy of it in an own directory, with our harness; the test is skipped if it can't be had. */
    static Path copyTo(Path directory) throws IOException {
        assumeTrue(has("perl") && has("tar"), "memcached's tests need perl and tar");
        Path source = source();
        Path copy = directory.resolve("memcached");
        must("cp", "-r", source.toString(), copy.toString());
        for (String ours : List.of("Harness.pm", "memcached-debug", "timedrun")) {
            Path file = copy.resolve(ours);
            Files.deleteIfExists(file);
            Files.copy(MemcachedSource.class.getResourceAsStream("/memcached/" + ours), file);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return copy;
    }

    private static Path source() throws IOException {
        String given = System.getProperty("memcached.source", "");
        Path unpacked = given.isEmpty() ? KEPT.resolve("memcached-" + MemcachedTest.version()) : Path.of(given);
        if (given.isEmpty() && !Files.exists(unpacked)) {
            fetch();
        }
        assumeTrue(
                Files.exists(unpacked.resolve("t/lib/MemcachedTest.pm")),
                () -> "memcached " + MemcachedTest.version() + " has no tests in " + unpacked
                        + "; -Dmemcached.source=DIR names its source");
        return unpacked.toAbsolutePath();
    }

    private static void fetch() throws IOException {
        assumeTrue(has("apt-get"), "no apt-get to fetch memcached's source: -Dmemcached.source=DIR names it");
        Path apt = Files.createDirectories(KEPT).toAbsolutePath();
        for (String part : List.of("state/lists/partial", "cache/archives/partial")) {
            Files.createDirectories(apt.resolve(part));
        }
        Files.write(apt.resolve("sources.list"), sources());
        // Both end quickly where there is no network.
        List<String> command = new ArrayList<>(List.of("timeout", "60", "apt-get", "-qq"));
        for (String option : List.of(
                "Dir::Etc::SourceList=" + apt.resolve("sources.list"),
                "Dir::Etc::SourceParts=/dev/null",
                "Dir::State=" + apt.resolve("state"),
                "Dir::Cache=" + apt.resolve("cache"),
                "APT::Sandbox::User=",
                "Acquire::Retries=1",
                "Acquire::http::Timeout=10")) {
            command.addAll(List.of("-o", option));
        }
        String all = "cd '" + apt + "' && " + String.join(" ", command);
        CommandResult fetched = CommandResult.of(List.of(
                "sh", "-c", all + " update && " + all + " source --download-only memcached && tar -xf *.orig.tar.*"));
        assumeTrue(fetched.exit() == 0, () -> "memcached's source can't be had: " + fetched.output());
        try (Stream<Path> lists = Files.walk(apt.resolve("state"))) {
            for (Path file : lists.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file); // large, and of no more use
            }
        }
    }

    /** Source packages from where this host has Debian's packages from. */
    private static List<String> sources() {
        List<String> command = List.of(
                "apt-get",
                "indextargets",
                "--format",
                "$(ORIGIN)|deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)",
                "Created-By: Packages");
        List<String> sources = CommandResult.of(command)
                .stdout()
                .lines()
                .filter(line -> line.startsWith("Debian|") && line.endsWith(" main"))
                .map(line -> line.substring(line.indexOf('|') + 1))
                .distinct()
                .toList();
        assumeTrue(!sources.isEmpty(), "this is no Debian, or apt-get update was not run yet");
        return sources;
    }

    private static boolean has(String program) {
        return CommandResult.of(List.of("sh", "-c", "command -v " + program)).exit() == 0;
    }

    private static void must(String... command) {
        CommandResult result = CommandResult.of(List.of(command));
        if (result.exit() != 0) {
            throw new AssertionError(List.of(command) + ": " + result.output());
        }
    }
}
