package io.kumo.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Archives of the classes of each program, made with {@code KUMO_CDS=make} before the first cluster: the tests start
 * hundreds of processes, and each takes a third to a half less work with one.
 */
final class ClassArchives {
    private static final List<String> PROGRAMS = List.of("kumo-manager", "kumo-server", "kumo-gateway", "kumoctl");
    private static final List<String> MAKING = List.of("env", "KUMO_CDS=make");
    /** From this version on the scripts do without. */
    private static final int FIRST_WITHOUT = 24;

    private static boolean isDone;

    private ClassArchives() {}

    /** Makes those that are missing, or older than a library. Another process of tests waits meanwhile. */
    static synchronized void ensure() {
        if (isDone || Runtime.version().feature() >= FIRST_WITHOUT) {
            return;
        }
        isDone = true; // also for the cluster that makes them
        Path lockFile = ProcessCluster.HOME.resolveSibling("archives.lock");
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (lock.isValid() && !areThere()) {
                make(Files.createTempDirectory("kumo-archives"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("no archives of classes", e);
        }
    }

    private static boolean areThere() throws IOException {
        FileTime newest = FileTime.fromMillis(0);
        try (Stream<Path> files = Files.list(ProcessCluster.HOME.resolve("lib"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".jar")).toList()) {
                FileTime changed = Files.getLastModifiedTime(file);
                newest = changed.compareTo(newest) > 0 ? changed : newest;
            }
        }
        for (String program : PROGRAMS) {
            if (!isThere(program, newest)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isThere(String program, FileTime newest) throws IOException {
        try (Stream<Path> files = Files.list(ProcessCluster.HOME.resolve("lib"))) {
            for (Path file : files.filter(each -> each.getFileName().toString().matches(program + "-[0-9].*\\.jsa"))
                    .toList()) {
                if (Files.getLastModifiedTime(file).compareTo(newest) > 0) {
                    return true;
                }
            }
        }
        return false;
    }

    /** What a process loaded until its end is in its archive. */
    private static void make(Path directory) throws IOException {
        Hosts hosts = new Hosts() {
            @Override
            public String address(String name) {
                return LOOPBACK.address(name);
            }

            @Override
            public List<String> prefix(String name) {
                return MAKING;
            }
        };
        try (ProcessCluster cluster = new ProcessCluster(directory, hosts, program -> List.of()).run(1, 1, 1)) {
            try (TextClient client = cluster.client()) {
                assertEquals("STORED", client.set("key", "value"));
                assertEquals("DELETED", client.ask("delete key"));
            }
            List<String> status = new ArrayList<>(MAKING);
            String kumoctl = ProcessCluster.HOME.resolve("bin/kumoctl").toString();
            status.addAll(List.of(kumoctl, cluster.managerAddress(0), "status"));
            assertEquals(0, CommandResult.of(status).exit());
            for (Daemon daemon : List.of(cluster.gateway(0), cluster.server(0), cluster.manager(0))) {
                daemon.stop();
            }
        }
    }
}
