package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.backup.BackupPiece;
import io.kumo.backup.BackupReader;
import io.kumo.backup.PartitionMerge;
import io.kumo.backup.runtime.FileSource;
import io.kumo.base.Bytes;
import io.kumo.protocol.LogEntry;
import io.kumo.table.PartitionHash;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Backups of a cluster that is written to, restored into another one with other servers and another number of
 * partitions, and compared key by key. {@code -Dkumo.backup.keys=1000000} for more than the usual keys.
 */
class BackupIT {
    private static final int KEYS = Integer.getInteger("kumo.backup.keys", 50_000);
    private static final int PARTITIONS = 256;
    private static final int PAIRS = 20;
    private static final long LONGEST_S = Math.max(120, KEYS / 1000);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path directory;

    private static ProcessCluster cluster;
    private static ProcessCluster other;

    @BeforeAll
    static void startCluster() throws IOException {
        Files.createDirectories(directory.resolve("a"));
        Files.createDirectories(directory.resolve("b"));
        cluster = new ProcessCluster(directory.resolve("a"))
                .managersWith("--partitions", Integer.toString(PARTITIONS))
                .run(1, 3, 1);
    }

    @AfterAll
    static void endClusters() {
        for (ProcessCluster each : new ProcessCluster[] {cluster, other}) {
            if (each != null) {
                each.close();
            }
        }
    }

    private static CommandResult kumoctl(String... words) {
        return run("kumoctl", words);
    }

    private static CommandResult run(String program, String... words) {
        List<String> command = new ArrayList<>();
        command.add(ProcessCluster.HOME.resolve("bin").resolve(program).toString());
        command.addAll(List.of(words));
        return CommandResult.of(command, LONGEST_S);
    }

    private static String done(String... words) {
        long began = System.nanoTime();
        CommandResult result = kumoctl(words);
        assertEquals(0, result.exit(), () -> List.of(words) + ": " + result.output());
        System.out.printf(
                "%d ms: kumoctl %s%n%s",
                (System.nanoTime() - began) / 1_000_000, List.of(words), last(result.stdout()));
        return result.stdout();
    }

    private static String last(String text) {
        String[] lines = text.split("\n");
        return lines.length > 5
                ? String.join("\n", List.of(lines).subList(lines.length - 5, lines.length)) + "\n"
                : text;
    }

    /** The directories of a backup, one at each server that wrote. */
    private static List<String> places(String name) {
        List<String> places = new ArrayList<>();
        for (int i = 0; i < cluster.serverCount(); i++) {
            Path place = cluster.store(i).resolve("backup").resolve(name);
            if (Files.exists(place)) {
                places.add(place.toString());
            }
        }
        return places;
    }

    private static String[] words(List<String> more, String... first) {
        List<String> words = new ArrayList<>(List.of(first));
        words.addAll(more);
        return words.toArray(String[]::new);
    }

    @Test
    void whatWasBackedUpIsRestoredAndDamageIsFound() throws IOException {
        String manager = cluster.managerAddress(0);
        done(manager, "import", lines().toString());
        importThroughAGateway();
        Counters counters = new Counters();
        counters.start();
        await("counters count").atMost(Duration.ofSeconds(30)).until(() -> counters.rounds.get() > 3);
        Map<String, Long> before = counters.acknowledged();
        done(manager, "backup", "full", "--rate", KEYS / 40 * 1024 / 1024 + "k");
        assertTrue(counters.rounds.get() > 5, "nothing was written during the backup");
        counters.stop();
        done(words(places("full"), "backup-check"));
        checkPairs(before, counters);

        change();
        String changes = done(manager, "backup", "changes", "--base", "full");
        assertTrue(changes.contains(", 0 of them whole"), changes);
        assertTrue(bytes("changes") < bytes("full") / 3, "changes take as much as all");
        String list = done(manager, "backup", "--list");
        assertTrue(list.contains("since full"), list);
        CommandResult taken = kumoctl(manager, "backup", "full");
        assertEquals(1, taken.exit(), taken.output());
        assertTrue(taken.output().contains("there is a backup of that name"), taken.output());

        damageIsFound(manager);
        aPlaceThatWillNotDoIsNamed(manager);
        restore(manager);
        aServerDiesDuringABackup(manager);
    }

    private static Path lines() throws IOException {
        Path file = directory.resolve("lines");
        Random random = new Random(1);
        long expiry = System.currentTimeMillis() / 1000 + 864_000;
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int i = 0; i < KEYS; i++) {
                String value = "x".repeat(20 + random.nextInt(100)) + i;
                out.write("{\"key\":\"key" + i + "\",\"value\":\"" + value + "\",\"flags\":" + i + ",\"exptime\":"
                        + (i % 10 == 0 ? expiry : 0) + "}\n");
            }
            out.write("{\"key64\":\"/w==\",\"value64\":\"AP8=\",\"flags\":4294967295}\n");
        }
        return file;
    }

    private static void importThroughAGateway() throws IOException {
        Path file = directory.resolve("few");
        Files.writeString(file, "{\"key\":\"few\",\"value\":\"\\r\\n\",\"flags\":7}\nno JSON\n");
        String gateway = "127.0.0.1:" + cluster.gatewayPort(0);
        assertNamed(
                kumoctl("import", gateway, file.toString()), "line 2: it is no JSON", "imported 1 records of 2 lines");
        try (TextClient client = cluster.client()) {
            assertEquals("\r\n", client.value("few").orElseThrow());
            assertEquals("DELETED", client.ask("delete few"));
        }
    }

    /** Two counters of one partition are counted in turn, so at any moment the first is ahead by one at most. */
    private static final class Counters {
        private final List<String[]> pairs = new ArrayList<>();
        private final Map<String, Long> values = new HashMap<>();
        private final AtomicBoolean stops = new AtomicBoolean();
        private CompletableFuture<Void> running;
        private final AtomicInteger rounds = new AtomicInteger();

        void start() {
            for (int i = 0; i < PAIRS; i++) {
                String first = "first" + i;
                int partition = PartitionHash.partitionOf(Bytes.utf8(first), PARTITIONS);
                int n = 0;
                while (PartitionHash.partitionOf(Bytes.utf8("second" + i + "-" + n), PARTITIONS) != partition) {
                    n++;
                }
                pairs.add(new String[] {first, "second" + i + "-" + n});
            }
            running = CompletableFuture.runAsync(this::count);
        }

        private void count() {
            try (TextClient client = cluster.client()) {
                for (String[] pair : pairs) {
                    for (String key : pair) {
                        assertEquals("STORED", client.set(key, "0"));
                    }
                }
                while (!stops.get()) {
                    for (String[] pair : pairs) {
                        for (String key : pair) {
                            long value = Long.parseLong(client.ask("incr " + key + " 1"));
                            synchronized (values) {
                                values.put(key, value);
                            }
                        }
                    }
                    rounds.incrementAndGet();
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        boolean isOne(String key) {
            return pairs.stream().anyMatch(pair -> pair[0].equals(key) || pair[1].equals(key));
        }

        Map<String, Long> acknowledged() {
            synchronized (values) {
                return new HashMap<>(values);
            }
        }

        void stop() {
            stops.set(true);
            running.join();
        }
    }

    private static void checkPairs(Map<String, Long> before, Counters counters) throws IOException {
        Map<String, LogEntry> records = new HashMap<>();
        long count = 0;
        for (String place : places("full")) {
            for (Path path : files(Path.of(place))) {
                try (FileSource source = FileSource.open(path)) {
                    BackupReader reader = BackupReader.open(source);
                    for (BackupPiece piece : reader.pieces()) {
                        PartitionMerge merge = new PartitionMerge();
                        reader.entries(piece, merge::add);
                        List<LogEntry> all = merge.records();
                        count += all.size();
                        all.stream()
                                .filter(record -> counters.isOne(record.key().toUtf8()))
                                .forEach(record -> records.put(record.key().toUtf8(), record));
                    }
                }
            }
        }
        assertTrue(count > KEYS, count + " records");
        Map<String, Long> after = counters.acknowledged();
        for (String[] pair : counters.pairs) {
            long first = Long.parseLong(records.get(pair[0]).value().toUtf8());
            long second = Long.parseLong(records.get(pair[1]).value().toUtf8());
            assertTrue(first == second || first == second + 1, pair[0] + " is " + first + ", " + second);
            assertTrue(first >= before.get(pair[0]), pair[0] + ": an acknowledged write is missing");
            assertTrue(first <= after.get(pair[0]), pair[0] + " counted too far");
        }
    }

    private static List<Path> files(Path place) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            return files.filter(file -> file.toString().endsWith(".kumobackup")).toList();
        }
    }

    private static long bytes(String name) throws IOException {
        long bytes = 0;
        for (String place : places(name)) {
            for (Path file : files(Path.of(place))) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    private static void change() throws IOException {
        try (TextClient client = cluster.client()) {
            for (int i = 0; i < 500; i++) {
                assertEquals("STORED", client.set("key" + (7 * i), "changed" + i));
                assertEquals("DELETED", client.ask("delete key" + (7 * i + 1)));
                assertEquals("STORED", client.set("new" + i, "value" + i));
            }
        }
    }

    private static void damageIsFound(String manager) throws IOException {
        Path copy = Files.createDirectories(directory.resolve("copy"));
        for (String place : places("full")) {
            try (Stream<Path> files = Files.list(Path.of(place))) {
                for (Path file : files.toList()) {
                    Path target = copy.resolve(file.getFileName());
                    Files.deleteIfExists(target);
                    Files.copy(file, target);
                }
            }
        }
        done("backup-check", copy.toString());
        Path file = files(copy).get(0);
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            long at = bytes.length() / 3;
            bytes.seek(at);
            int was = bytes.read();
            bytes.seek(at);
            bytes.write(was ^ 1);
            assertNamed(kumoctl("backup-check", copy.toString()), file + ": offset", "(partition ");
            assertNamed(kumoctl(manager, "restore", copy.toString(), "--into-non-empty"), file + ": offset", "damaged");
            bytes.seek(at);
            bytes.write(was);
            bytes.setLength(bytes.length() - 1);
        }
        assertNamed(kumoctl("backup-check", copy.toString()), file.toString(), "its end is missing");
        Files.delete(file);
        assertNamed(kumoctl("backup-check", copy.toString()), "is not complete", file.getFileName() + " is missing");
        assertNamed(kumoctl(words(places("changes"), manager, "restore")), "only changes of partition", "older backup");
    }

    private static void assertNamed(CommandResult result, String... texts) {
        assertEquals(1, result.exit(), result.output());
        for (String text : texts) {
            assertTrue(result.output().contains(text), result.output());
        }
    }

    private static void restore(String manager) throws IOException {
        other = new ProcessCluster(directory.resolve("b"))
                .managersWith("--partitions", "64")
                .run(1, 2, 0);
        String target = other.managerAddress(0);
        List<String> both = new ArrayList<>(places("full"));
        both.addAll(places("changes"));
        Path merged = directory.resolve("merged.kumobackup");
        CommandResult made = run("kumomergedb", words(both, merged.toString())); // kumofs's name of 'kumoctl merge'
        assertEquals(0, made.exit(), made.output());
        assertTrue(made.stdout().contains(" files into " + merged + ": "), made.stdout());
        done("backup-check", merged.toString());
        done(target, "restore", merged.toString());
        assertNamed(kumoctl(target, "restore", merged.toString()), "the cluster has records");

        Path here = exported(manager, "exported-a");
        Path there = exported(target, "exported-b");
        try (Stream<String> lines = Files.lines(here)) {
            assertEquals(KEYS + 1 + 2 * PAIRS, lines.count());
        }
        try (Stream<String> lines = Files.lines(there)) {
            assertTrue(lines.noneMatch(line -> line.startsWith("{\"key\":\"key1\",")), "a deleted key is back");
        }
        assertEquals(-1, Files.mismatch(here, there), "first byte that differs of " + here + " and " + there);
    }

    /** Every record with all that it has, sorted. */
    private static Path exported(String manager, String name) {
        Path file = directory.resolve(name);
        Path sorted = directory.resolve(name + "-sorted");
        done(manager, "export", file.toString());
        CommandResult result = CommandResult.of(List.of("sort", "-o", sorted.toString(), file.toString()), LONGEST_S);
        assertEquals(0, result.exit(), result.output());
        return sorted;
    }

    /** The servers stay as they are, and nothing is left that looks like a backup. */
    private static void aPlaceThatWillNotDoIsNamed(String manager) throws IOException {
        assertNamed(kumoctl(manager, "backup", "nowhere", "--to", "/no/such/place"), "/no/such/place is no directory");
        if (SmallDisk.missing().isPresent()) {
            return;
        }
        Path place = Files.createDirectories(directory.resolve("small"));
        try (SmallDisk disk = new SmallDisk(place, 8)) {
            disk.fill(1 << 20);
            assertNamed(kumoctl(manager, "backup", "large", "--to", place.toString()), "--disk-reserve", "is deleted");
            disk.empty();
            assertTrue(Files.notExists(place.resolve("large")), "a part is left");
        }
    }

    private static void aServerDiesDuringABackup(String manager) {
        CompletableFuture<CommandResult> running = CompletableFuture.supplyAsync(
                () -> kumoctl(manager, "backup", "last", "--rate", KEYS / 150 * 1024 / 1024 + "k"));
        await("all servers write")
                .atMost(Duration.ofSeconds(30))
                .until(() -> places("last").size() == 3);
        cluster.server(2).kill();
        CommandResult result = running.join();
        assertEquals(0, result.exit(), result.output());
        assertTrue(result.output().contains("is lost, others write its partitions"), result.output());
        List<String> whole = places("last").subList(0, 2);
        done(words(whole, "backup-check"));
        assertTrue(
                Files.notExists(
                        cluster.store(2).resolve("backup").resolve("last").resolve("manifest")),
                "half a file looks whole");
    }
}
