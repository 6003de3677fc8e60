package io.kumo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What this build is to replace: that of the commit in {@code .ci/previous}, made once from the history of this clone
 * and kept under {@code target}, or the one that {@code -Dkumo.previous=DIRECTORY} names. A test that needs it is
 * skipped where neither is there.
 */
final class PreviousBuild {
    /** A line that it has in its files of JVM options, and this build has not: what an upgrade is to replace. */
    static final String OLDER_DEFAULT = "# An older default.";

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final String GIVEN = System.getProperty("kumo.previous", "");
    private static final String VERSION_OF_PACKAGES = "0.9.0";
    private static final long LONGEST_S = 900;
    private static final int OUTPUT_SHOWN = 4_000;

    private PreviousBuild() {}

    /** The directory that its build assembled. */
    static Path home() throws IOException {
        if (!GIVEN.isEmpty()) {
            Path given = Path.of(GIVEN).toAbsolutePath();
            assertTrue(Files.isExecutable(given.resolve("bin/kumo-server")), given + " is no kumo");
            return given;
        }
        try (Stream<Path> assembled = Files.list(made().resolve("packaging/target"))) {
            return assembled
                    .filter(directory -> Files.isExecutable(directory.resolve("bin/kumo-server")))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Where its packages are, which it has if this build has some; they are of an older version. */
    static Path packages() throws IOException {
        Path packages = home().resolveSibling("packages");
        assumeTrue(Files.isDirectory(packages), packages + " is not there: build it with -Ppackages too");
        return packages;
    }

    /** The tree of the commit, built. */
    private static Path made() throws IOException {
        String commit = Files.readString(ROOT.resolve(".ci/previous")).strip();
        assumeTrue(CommandResult.isInstalled("git"), "the previous build is made from the history: install git");
        CommandResult known = git("cat-file", "-e", commit + "^{commit}");
        assumeTrue(
                known.exit() == 0,
                "the commit " + commit + " of the previous build is not in this clone: fetch its whole history ("
                        + known.output().strip() + ")");
        Path kept = Files.createDirectories(Path.of("target", "previous").toAbsolutePath());
        try (FileChannel lock =
                FileChannel.open(kept.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock.lock();
            Path tree = kept.resolve(commit);
            boolean withPackages = Files.isDirectory(ProcessCluster.HOME.resolveSibling("packages"));
            Path done = kept.resolve(commit + (withPackages ? ".packages" : ".done"));
            if (!Files.exists(done)) {
                deleteAll(tree);
                Files.createDirectory(tree);
                build(commit, tree, withPackages ? "quick,packages" : "quick");
                Files.createFile(done);
            }
            return tree;
        }
    }

    private static void build(String commit, Path tree, String profiles) throws IOException {
        Path archive = tree.resolve("tree.tar");
        // Without tests: what the programs are made of is compiled in half the time.
        assertSucceeds(git("archive", "--output", archive.toString(), commit, "--", ".", ":(exclude)*/src/test/java"));
        assertSucceeds(CommandResult.of(List.of("tar", "-xf", archive.toString(), "-C", tree.toString())));
        Path options = tree.resolve("packaging/src/main/conf");
        for (String program : List.of("kumo-manager", "kumo-server", "kumo-gateway", "kumoctl")) {
            Files.writeString(options.resolve(program + ".jvm"), OLDER_DEFAULT + "\n", StandardOpenOption.APPEND);
        }
        List<String> command = new ArrayList<>(
                List.of("env", "MAVEN_OPTS=-XX:TieredStopAtLevel=1", "JAVA_HOME=" + System.getProperty("java.home")));
        command.addAll(List.of(tree.resolve("mvnw").toString(), "-B", "-q", "-f", tree.toString(), "package"));
        command.addAll(List.of("-P" + profiles, "-pl", "packaging", "-am", "-Dpackage.version=" + VERSION_OF_PACKAGES));
        command.addAll(mavenAsHere());
        assertSucceeds(CommandResult.of(command, LONGEST_S));
        Files.delete(archive);
    }

    /** It takes libraries and plugins from where this build took its. */
    private static List<String> mavenAsHere() {
        List<String> options = new ArrayList<>();
        String repository = System.getProperty("kumo.maven.repository", "");
        if (!repository.isEmpty()) {
            options.add("-Dmaven.repo.local=" + repository);
        }
        if (System.getProperty("kumo.maven.mode", "").equals("offline: true")) {
            options.add("--offline");
        }
        return options;
    }

    private static CommandResult git(String... arguments) {
        List<String> command = new ArrayList<>(List.of("git", "-c", "safe.directory=" + ROOT, "-C", ROOT.toString()));
        command.addAll(List.of(arguments));
        return CommandResult.of(command);
    }

    private static void assertSucceeds(CommandResult result) {
        String output = result.output();
        assertEquals(0, result.exit(), () -> output.substring(Math.max(0, output.length() - OUTPUT_SHOWN)));
    }

    private static void deleteAll(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
