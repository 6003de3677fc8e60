package io.kumo.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.backup.BackupChain.Part;
import io.kumo.backup.BackupHeader;
import io.kumo.backup.BackupManifest;
import io.kumo.backup.BackupPiece;
import io.kumo.backup.BackupPoint;
import io.kumo.backup.BackupReader;
import io.kumo.backup.PartitionMerge;
import io.kumo.backup.runtime.FileSource;
import io.kumo.base.Bytes;
import io.kumo.protocol.BackupMessages.BackupAssign;
import io.kumo.protocol.BackupMessages.BackupBegin;
import io.kumo.protocol.BackupMessages.BackupBegun;
import io.kumo.protocol.BackupMessages.BackupCommit;
import io.kumo.protocol.BackupMessages.BackupDelete;
import io.kumo.protocol.BackupMessages.BackupDeleted;
import io.kumo.protocol.BackupMessages.BackupList;
import io.kumo.protocol.BackupMessages.BackupOutcome;
import io.kumo.protocol.BackupMessages.BackupProgress;
import io.kumo.protocol.BackupMessages.BackupSeal;
import io.kumo.protocol.BackupMessages.BackupSealed;
import io.kumo.protocol.BackupMessages.BackupTask;
import io.kumo.protocol.BackupMessages.ReadRecords;
import io.kumo.protocol.BackupMessages.RecordsResult;
import io.kumo.protocol.Done;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.WriteKind;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server writes into backups: real servers, and the test in the place of kumoctl. */
final class ServerBackupIT {
    private static final long NO_BACKUP = 404;
    private static final List<Integer> ALL =
            IntStream.range(0, TestCluster.PARTITIONS).boxed().toList();

    @TempDir
    Path root;

    private TestCluster cluster;
    private long lastId;

    @BeforeEach
    void open() {
        cluster = new TestCluster(root);
        cluster.start("a");
        cluster.start("b");
        cluster.place("a", "b");
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private long begin(String server, String name) {
        long id = ++lastId;
        cluster.ask(server, beginning(id, name, ""));
        return id;
    }

    private BackupBegin beginning(long id, String name, String directory) {
        return new BackupBegin(
                id,
                name,
                directory,
                "0123456789abcdef",
                TestCluster.PARTITIONS,
                cluster.table().version(),
                1,
                0);
    }

    private List<BackupOutcome> write(String server, long id, Map<Integer, BackupPoint> since) {
        List<BackupTask> tasks = new ArrayList<>();
        for (int partition : ALL) {
            BackupPoint point = since.getOrDefault(partition, BackupPoint.START);
            tasks.add(new BackupTask(partition, point.epoch(), point.seq()));
        }
        cluster.ask(server, new BackupAssign(id, tasks));
        return Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(
                        () -> cluster.ask(server, new BackupProgress(id, 0)).outcomes(),
                        all -> all.size() == ALL.size());
    }

    /** The whole way; returns the file. */
    private Path backup(String server, String name, Map<Integer, BackupPoint> since, String note) {
        long id = begin(server, name);
        for (BackupOutcome outcome : write(server, id, since)) {
            assertEquals("", outcome.failure());
            assertEquals(note, BackupPiece.parse(outcome.piece()).note());
        }
        BackupSealed sealed = cluster.ask(server, new BackupSeal(id));
        cluster.ask(server, new BackupCommit(id, manifest(server, name, id, sealed)));
        return root.resolve(server).resolve("backup").resolve(name).resolve(sealed.file());
    }

    private Bytes manifest(String server, String name, long id, BackupSealed sealed) {
        BackupHeader header =
                new BackupHeader(name, id, "0123456789abcdef", BackupManifest.ALL, TestCluster.PARTITIONS, 1, 1);
        BackupManifest.File file = new BackupManifest.File(
                sealed.file(), cluster.server(server).id().toString(), sealed.bytes(), sealed.digest(), List.of());
        return new BackupManifest(header, "", List.of(file)).encode();
    }

    private static Map<String, String> content(Path... files) {
        Map<Integer, PartitionMerge> merges = new HashMap<>();
        for (Path path : files) {
            try (FileSource source = FileSource.open(path)) {
                BackupReader reader = BackupReader.open(source);
                for (BackupPiece piece : reader.pieces()) {
                    Part part = new Part(reader, piece);
                    PartitionMerge merge = merges.computeIfAbsent(piece.partition(), none -> new PartitionMerge());
                    part.file().entries(piece, merge::add);
                }
            }
        }
        Map<String, String> content = new HashMap<>();
        for (PartitionMerge merge : merges.values()) {
            for (LogEntry record : merge.records()) {
                content.put(record.key().toUtf8(), record.value().toUtf8());
            }
        }
        return content;
    }

    private static Map<Integer, BackupPoint> points(Path file) {
        Map<Integer, BackupPoint> points = new HashMap<>();
        try (FileSource source = FileSource.open(file)) {
            BackupReader.open(source).pieces().forEach(piece -> points.put(piece.partition(), piece.at()));
        }
        return points;
    }

    private static Map<String, String> expected(String prefix, int from, int to) {
        Map<String, String> expected = new HashMap<>();
        for (int i = from; i < to; i++) {
            expected.put(prefix + i, "value of " + prefix + i);
        }
        return expected;
    }

    @Test
    void aCopyWritesWhatIsInTheStoreInMemoryAndDeleted() {
        cluster.setAll("k", 300);
        cluster.server("b").checkpoint();
        for (int i = 0; i < 50; i++) {
            cluster.write(WriteKind.DELETE, "k" + i, "");
        }
        cluster.set("k100", "newer");
        Map<String, String> expected = expected("k", 50, 300);
        expected.put("k100", "newer");
        for (String server : List.of("a", "b")) {
            assertEquals(expected, content(backup(server, "full", Map.of(), BackupPiece.WHOLE)), server);
        }
    }

    @Test
    void changesSinceABackupAreInTheLog() {
        cluster.setAll("k", 100);
        Path full = backup("b", "full", Map.of(), BackupPiece.WHOLE);
        cluster.setAll("later", 30);
        for (int i = 0; i < 20; i++) {
            cluster.write(WriteKind.DELETE, "k" + i, "");
        }
        cluster.server("b").checkpoint();
        Path changes = backup("b", "changes", points(full), BackupPiece.CHANGES);
        Map<String, String> expected = expected("k", 20, 100);
        expected.putAll(expected("later", 0, 30));
        assertEquals(expected("later", 0, 30), content(changes), "only what changed");
        assertEquals(expected, content(full, changes));
    }

    @Test
    void changesOfAHistoryThatWasGivenUpCanNotBeHad() {
        cluster.setAll("k", 100);
        Map<Integer, BackupPoint> other = new HashMap<>();
        ALL.forEach(partition -> other.put(partition, new BackupPoint(99, 3)));
        assertEquals(expected("k", 0, 100), content(backup("b", "full", other, BackupPiece.OTHER_HISTORY)));
    }

    @Test
    void whoHasNoCopyInSyncWritesNothing() {
        cluster.setAll("k", 20);
        cluster.start("c");
        cluster.place("a", "b");
        long id = begin("c", "wrong");
        for (BackupOutcome outcome : write("c", id, Map.of())) {
            assertEquals("", outcome.piece());
            assertTrue(outcome.failure().contains("no copy of it in sync"), outcome.failure());
        }
        assertTrue(cluster.ask("c", new BackupDelete("", "wrong")).existed());
        assertTrue(Files.notExists(root.resolve("c").resolve("backup").resolve("wrong")));
    }

    @Test
    void oneAtATimeAndNothingIsLeftOfOneThatEnds() {
        cluster.setAll("k", 20);
        long id = begin("b", "first");
        assertThrows(AssertionError.class, () -> begin("b", "second"));
        assertThrows(AssertionError.class, () -> cluster.ask("b", new BackupProgress(id + 100, 0)));
        assertThrows(AssertionError.class, () -> cluster.ask("b", new BackupList("not/absolute")));
        assertTrue(
                cluster.ask("b", new BackupList("")).backups().get(0).manifest().isEmpty());
        assertTrue(cluster.ask("b", new BackupDelete("", "first")).existed());
        assertTrue(cluster.ask("b", new BackupList("")).backups().isEmpty());
        assertThrows(AssertionError.class, () -> cluster.ask("b", new BackupSeal(id)));
        backup("b", "second", Map.of(), BackupPiece.WHOLE);
        assertFalse(
                cluster.ask("b", new BackupList("")).backups().get(0).manifest().isEmpty());
        assertThrows(AssertionError.class, () -> begin("b", "second"), "the name is taken");
        backup("b", "third", Map.of(), BackupPiece.WHOLE);
    }

    private void assertFailed(String server, int count) {
        assertTrue(cluster.server(server).metrics().contains("kumo_backup_failed_total " + count + ".0"), server);
    }

    /** A server takes what comes over one connection in turn, so it had all of it when it refuses this. */
    private void awaitReceived(String server) {
        assertThrows(AssertionError.class, () -> cluster.ask(server, new BackupProgress(NO_BACKUP, 0)));
    }

    @Test
    void oneThatIsCancelledAtItsBeginIsGoneAndTheNextOneGoesOn() {
        cluster.setAll("k", 20);
        Promise<Void> release = cluster.server("b").holdBackups();
        Future<BackupBegun> first = cluster.send("b", beginning(71, "first", ""));
        Future<BackupDeleted> cancelled = cluster.send("b", new BackupDelete("", "first"));
        Future<BackupBegun> second = cluster.send("b", beginning(72, "second", ""));
        awaitReceived("b");
        release.complete();
        assertTrue(TestServer.await(cancelled).existed());
        TestServer.await(second);
        assertThrows(AssertionError.class, () -> TestServer.await(first));
        assertTrue(Files.notExists(root.resolve("b").resolve("backup").resolve("first")));
        assertFailed("b", 1);
        write("b", 72, Map.of());
        BackupSealed sealed = cluster.ask("b", new BackupSeal(72));
        cluster.ask("b", new BackupCommit(72, manifest("b", "second", 72, sealed)));
        assertFailed("b", 1);
    }

    @Test
    void oneThatCanNotBeginIsCountedOnceAlsoIfItWasCancelled() throws IOException {
        cluster.setAll("k", 20);
        Files.createDirectories(root.resolve("b").resolve("backup"));
        Files.writeString(root.resolve("b").resolve("backup").resolve("first"), "a file in its way");
        Promise<Void> release = cluster.server("b").holdBackups();
        Future<BackupBegun> first = cluster.send("b", beginning(71, "first", ""));
        cluster.send("b", new BackupDelete("", "first"));
        Future<BackupBegun> second = cluster.send("b", beginning(72, "second", ""));
        awaitReceived("b");
        release.complete();
        TestServer.await(second);
        assertThrows(AssertionError.class, () -> TestServer.await(first));
        assertFailed("b", 1);
        write("b", 72, Map.of());
    }

    @Test
    void oneThatIsCancelledWhileItIsMadeWholeIsNotSaidToBeWhole() {
        cluster.setAll("k", 20);
        long id = begin("b", "first");
        write("b", id, Map.of());
        BackupSealed sealed = cluster.ask("b", new BackupSeal(id));
        Promise<Void> release = cluster.server("b").holdBackups();
        Future<Done> whole = cluster.send("b", new BackupCommit(id, manifest("b", "first", id, sealed)));
        Future<BackupDeleted> cancelled = cluster.send("b", new BackupDelete("", "first"));
        awaitReceived("b");
        release.complete();
        assertTrue(TestServer.await(cancelled).existed());
        assertThrows(AssertionError.class, () -> TestServer.await(whole));
        assertFailed("b", 1);
        assertTrue(cluster.server("b").metrics().contains("kumo_backup_last_success_seconds 0.0"));
        assertTrue(cluster.ask("b", new BackupList("")).backups().isEmpty());
    }

    @Test
    void whoGivesUpLeavesWhatOthersMadeWhole() throws IOException {
        cluster.setAll("k", 100);
        String shared = Files.createDirectories(root.resolve("shared")).toString();
        for (String server : List.of("a", "b")) {
            cluster.ask(server, beginning(71, "first", shared));
        }
        write("a", 71, Map.of()); // and then is thought to be lost
        write("b", 71, Map.of());
        BackupSealed sealed = cluster.ask("b", new BackupSeal(71));
        cluster.ask("b", new BackupCommit(71, manifest("b", "first", 71, sealed)));
        cluster.server("a").passMs(61_000);
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertFailed("a", 1));
        assertThrows(AssertionError.class, () -> cluster.ask("a", new BackupProgress(71, 0)));
        assertFalse(cluster.ask("a", new BackupList(shared))
                .backups()
                .get(0)
                .manifest()
                .isEmpty());
        assertEquals(
                expected("k", 0, 100), content(Path.of(shared).resolve("first").resolve(sealed.file())));
    }

    @Test
    void nothingIsLeftOfOneThatAllGiveUp() throws IOException {
        cluster.setAll("k", 100);
        String shared = Files.createDirectories(root.resolve("shared")).toString();
        for (String server : List.of("a", "b")) {
            cluster.ask(server, beginning(71, "first", shared));
            write(server, 71, Map.of());
        }
        cluster.server("a").passMs(61_000);
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertFailed("a", 1));
        cluster.ask("b", new BackupProgress(71, 0));
        assertTrue(Files.exists(
                Path.of(shared).resolve("first").resolve(cluster.server("b").id() + ".kumobackup")));
        cluster.server("b").passMs(61_000);
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> Files.notExists(Path.of(shared).resolve("first")));
    }

    @Test
    void recordsAreReadPageByPage() {
        cluster.setAll("k", 200);
        cluster.server("a").checkpoint();
        cluster.setAll("m", 50);
        cluster.write(WriteKind.DELETE, "k0", "");
        Map<String, String> read = new HashMap<>();
        int pages = 0;
        for (int partition : ALL) {
            Bytes after = Bytes.EMPTY;
            do {
                RecordsResult page = cluster.ask("a", new ReadRecords(partition, after, 2_000));
                page.records()
                        .forEach(record ->
                                read.put(record.key().toUtf8(), record.value().toUtf8()));
                after = page.lastKey();
                pages++;
            } while (!after.isEmpty());
        }
        Map<String, String> expected = expected("k", 1, 200);
        expected.putAll(expected("m", 0, 50));
        assertEquals(expected, read);
        assertTrue(pages > 2 * ALL.size(), pages + " pages");
    }
}
