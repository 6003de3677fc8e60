package io.kumo.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What tests take from Debian without installing it, by apt-get from where this host has its packages from. It is kept
 * under {@code target}; nothing of the host's own lists of packages changes. A test is skipped if it can't be had.
 */
final class DebianPackages {
    private static final Path KEPT = Path.of("target", "debian");

    private DebianPackages() {}

    /** The unpacked source of a package of this host's release, in the directory that is to be in it. */
    static Path source(String name, String unpacked) throws IOException {
        Path directory = KEPT.resolve(name).toAbsolutePath();
        if (!Files.exists(directory.resolve(unpacked))) {
            fetch(directory, "deb-src", "", "source --download-only " + name, "tar -xf *.orig.tar.*");
        }
        return directory.resolve(unpacked);
    }

    /** The files of a package of some release that is for any kind of machine. */
    static Path files(String name, String release) throws IOException {
        Path directory = KEPT.resolve(name + "-" + release).toAbsolutePath();
        Path files = directory.resolve("files");
        if (!Files.exists(files)) {
            fetch(directory, "deb", release, "download " + name, "dpkg-deb -x *.deb files");
        }
        return files;
    }

    private static void fetch(Path directory, String kind, String release, String what, String unpack)
            throws IOException {
        assumeTrue(CommandResult.isInstalled("apt-get"), "there is no apt-get");
        for (String part : List.of("state/lists/partial", "cache/archives/partial")) {
            Files.createDirectories(directory.resolve(part));
        }
        Files.write(directory.resolve("sources.list"), sources(kind, release));
        // It ends soon where there is no network.
        List<String> apt = new ArrayList<>(List.of("timeout", "60", "apt-get", "-qq"));
        for (String option : List.of(
                "Dir::Etc::SourceList=" + directory.resolve("sources.list"),
                "Dir::Etc::SourceParts=/dev/null",
                "Dir::State=" + directory.resolve("state"),
                "Dir::Cache=" + directory.resolve("cache"),
                "APT::Sandbox::User=",
                "Acquire::Retries=1",
                "Acquire::http::Timeout=10")) {
            apt.addAll(List.of("-o", option));
        }
        String command = String.join(" ", apt);
        List<String> steps = List.of("cd '" + directory + "'", command + " update", command + " " + what, unpack);
        CommandResult fetched = CommandResult.of(List.of("sh", "-c", String.join(" && ", steps)));
        assumeTrue(fetched.exit() == 0, () -> "can't be had: " + what + ": " + fetched.output());
        try (Stream<Path> lists = Files.walk(directory.resolve("state"))) {
            for (Path file : lists.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file); // large, and of no more use
            }
        }
    }

    /** Lines for apt-get, of this host's release, or of another one from the same place. */
    private static List<String> sources(String kind, String release) {
        String from = release.isEmpty() ? "$(RELEASE)" : release;
        String which = release.isEmpty() ? "" : "$(CODENAME)"; // not also what is for updates of a release
        List<String> command = List.of(
                "apt-get",
                "indextargets",
                "--format",
                "$(ORIGIN)|$(COMPONENT)|" + which + "|" + kind + " $(REPO_URI) " + from + " main",
                "Created-By: Packages");
        List<String> sources = CommandResult.of(command)
                .stdout()
                .lines()
                .filter(line -> line.startsWith("Debian|main|") && !line.split("\\|")[2].contains("-"))
                .map(line -> line.substring(line.lastIndexOf('|') + 1))
                .distinct()
                .toList();
        assumeTrue(!sources.isEmpty(), "this is no Debian, or 'apt-get update' was not run yet");
        return sources;
    }
}
