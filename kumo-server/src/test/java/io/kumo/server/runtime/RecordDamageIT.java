package io.kumo.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.error.ErrorCode;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records that are damaged on the disk of a real server, and copies that are compared. */
final class RecordDamageIT {
    private static final int KEYS = 300;
    private static final int VALUE_BYTES = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path root;

    private TestCluster cluster;

    @BeforeEach
    void open() {
        cluster = new TestCluster(root);
        cluster.start("a");
        cluster.start("b");
        cluster.place("a", "b");
        cluster.setLarge("k", KEYS, VALUE_BYTES);
        cluster.server("a").checkpoint();
        cluster.server("b").checkpoint();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    /** Flips a byte of that record on the disk of b, which is down meanwhile. */
    private void damage(String key) throws IOException {
        cluster.kill("b");
        byte[] value = (key + "x".repeat(VALUE_BYTES)).getBytes(StandardCharsets.UTF_8);
        try (Stream<Path> files = Files.list(root.resolve("b").resolve("data"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".xd")).toList()) {
                byte[] content = Files.readAllBytes(file);
                for (int at = indexOf(content, value); at >= 0; at = indexOf(content, value)) {
                    content[at + key.length() + 3] ^= 4;
                }
                Files.write(file, content);
            }
        }
        cluster.start("b");
    }

    private static int indexOf(byte[] content, byte[] wanted) {
        for (int at = 0; at + wanted.length <= content.length; at++) {
            if (java.util.Arrays.equals(content, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        return -1;
    }

    private void awaitDamaged() {
        Awaitility.await().atMost(PATIENCE).until(() -> {
            cluster.tryGet("k7");
            return !cluster.server("b").report().damaged().isEmpty();
        });
    }

    /** As the leader does it: those that say that they are damaged join, and the others serve. */
    private void demoteDamaged() {
        List<Integer> damaged = cluster.server("b").report().damaged().stream()
                .map(each -> each.partition())
                .toList();
        cluster.commit(row -> damaged.contains(row.id())
                ? row.with(row.epoch() + 1, cluster.ids(List.of("a")), cluster.ids(List.of("b")))
                : row);
    }

    @Test
    void aDamagedRecordIsMendedFromTheOtherCopy() throws IOException {
        damage("k7");
        cluster.place("b", "a");
        cluster.checkLarge("k", 7, VALUE_BYTES); // all others are served
        awaitDamaged();
        demoteDamaged();
        assertEquals("k7" + "x".repeat(VALUE_BYTES), cluster.get("k7").value().toUtf8());
        cluster.join("b");
        cluster.kill("a");
        cluster.place("b");
        cluster.checkLarge("k", KEYS, VALUE_BYTES);
    }

    @Test
    void theOnlyCopyServesWhatIsNotDamagedAndIsWellOnceThatIsReplaced() throws IOException {
        damage("k7");
        cluster.place("b");
        awaitDamaged();
        assertEquals(ErrorCode.CORRUPT, cluster.errorOf("k7"));
        cluster.checkLarge("k", 7, VALUE_BYTES);
        assertEquals(WriteStatus.DONE, cluster.write(WriteKind.SET, "k7", "new").status());
        assertEquals("new", cluster.get("k7").value().toUtf8());
        assertEquals(List.of(), cluster.server("b").report().damaged());
    }

    @Test
    void copiesAreEqualWhileWritesGoOn() throws InterruptedException {
        AtomicBoolean isOver = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            for (int i = 0; !isOver.get(); i++) {
                cluster.write(i % 3 == 0 ? WriteKind.DELETE : WriteKind.SET, "k" + i % KEYS, "w" + i);
            }
        });
        writer.start();
        for (int round = 0; round < 20; round++) {
            assertEquals(0, cluster.verify("b"));
        }
        isOver.set(true);
        writer.join();
    }

    private boolean isDamaged(String server, int partition) {
        return cluster.server(server).report().damaged().stream().anyMatch(each -> each.partition() == partition);
    }

    @Test
    void aRestartOfAllMakesNoCopyTrusted() throws IOException {
        cluster.place("a", "b");
        int partition = cluster.partitionOf("k7");
        assertEquals(1, cluster.mend(partition));
        Awaitility.await().atMost(PATIENCE).until(() -> isDamaged("b", partition));
        cluster.server("b").checkpoint();
        cluster.kill("b");
        cluster.kill("a");
        cluster.start("a");
        cluster.start("b");
        cluster.place("a", "b");
        Awaitility.await().atMost(PATIENCE).until(() -> isDamaged("b", partition));
        demoteDamaged();
        cluster.join("b");
        assertEquals(List.of(), cluster.server("b").report().damaged());
    }

    @Test
    void aDifferenceIsFoundAndMended() throws IOException {
        damage("k7");
        cluster.place("a", "b");
        assertEquals(1, cluster.verify("b"));
        int partition = cluster.partitionOf("k7");
        assertEquals(1, cluster.mend(partition));
        Awaitility.await().atMost(PATIENCE).until(() -> isDamaged("b", partition));
        demoteDamaged();
        cluster.join("b");
        assertEquals(0, cluster.verify("b"));
        assertTrue(cluster.server("b").report().copiedBytes() < (long) KEYS * VALUE_BYTES);
    }
}
