package io.kumo.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** memcached's source, for its tests: from {@code -Dmemcached.source=DIR}, or from Debian. */
final class MemcachedSource {
    private MemcachedSource() {}

    /** A copy of it in an own directory, with our harness; the test is skipped if it can't be had. */
    static Path copyTo(Path directory) throws IOException {
        assumeTrue(
                CommandResult.isInstalled("perl") && CommandResult.isInstalled("tar"), "there is no perl, or no tar");
        Path copy = directory.resolve("memcached");
        CommandResult copied = CommandResult.of(List.of("cp", "-r", source().toString(), copy.toString()));
        assumeTrue(copied.exit() == 0, copied::output);
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
        String name = "memcached-" + MemcachedTest.version();
        Path source = given.isEmpty() ? DebianPackages.source("memcached", name) : Path.of(given);
        assumeTrue(
                Files.exists(source.resolve("t/lib/MemcachedTest.pm")),
                () -> source + " does not have the tests of " + name + "; -Dmemcached.source=DIR says where they are");
        return source.toAbsolutePath();
    }
}
