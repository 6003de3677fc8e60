package io.kumo.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real servers with real stores and sockets, led by the test. */
final class DataNodeIT {
    @TempDir
    Path root;

    private TestCluster cluster;

    @BeforeEach
    void open() {
        cluster = new TestCluster(root);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private void startThree() {
        cluster.start("a");
        cluster.start("b");
        cluster.start("c");
        cluster.place("a", "b", "c");
    }

    @Test
    void answersWhatWasSet() {
        startThree();
        assertEquals(WriteStatus.DONE, cluster.set("key", "value").status());
        GetResult result = cluster.get("key");
        assertTrue(result.found());
        assertEquals("value", result.value().toUtf8());
        assertFalse(cluster.get("another").found());
        assertEquals(
                WriteStatus.DONE, cluster.write(WriteKind.DELETE, "key", "").status());
        assertFalse(cluster.get("key").found());
    }

    @Test
    void aCopyThatIsPromotedHasWhatWasAcknowledged() {
        startThree();
        cluster.setAll("k", 200);
        cluster.kill("a");
        cluster.place("b", "c");
        cluster.checkAll("k", 200);
        cluster.setAll("more", 50);
        cluster.kill("b");
        cluster.place("c");
        cluster.checkAll("k", 200);
        cluster.checkAll("more", 50);
    }

    @Test
    void aServerThatComesBackCatchesUp() {
        startThree();
        cluster.setAll("before", 100);
        cluster.kill("c");
        cluster.place("a", "b");
        cluster.setAll("meanwhile", 100);
        cluster.start("c");
        cluster.join("c");
        cluster.kill("a");
        cluster.kill("b");
        cluster.place("c");
        cluster.checkAll("before", 100);
        cluster.checkAll("meanwhile", 100);
    }

    @Test
    void aNewServerGetsEverything() {
        cluster.start("a");
        cluster.place("a");
        cluster.setAll("k", 300);
        cluster.server("a").checkpoint();
        cluster.setAll("late", 20);
        cluster.start("b");
        cluster.join("b");
        cluster.kill("a");
        cluster.place("b");
        cluster.checkAll("k", 300);
        cluster.checkAll("late", 20);
    }

    @Test
    void everythingIsThereAfterARestartOfAll() {
        startThree();
        cluster.setAll("k", 200);
        cluster.server("a").checkpoint();
        cluster.setAll("late", 50);
        cluster.kill("a");
        cluster.kill("b");
        cluster.kill("c");
        startThree();
        cluster.checkAll("k", 200);
        cluster.checkAll("late", 50);
    }

    @Test
    void itemsAreCountedOnceTheyAreInTheStore() {
        startThree();
        cluster.setAll("k", 100);
        cluster.write(WriteKind.DELETE, "k5", "");
        cluster.server("a").checkpoint();
        Awaitility.await().until(() -> cluster.server("a").report().items() == 99);
    }

    @Test
    void severalEventLoopsWorkTogether() {
        cluster.start("a", "--shards", "2");
        cluster.start("b", "--shards", "2");
        cluster.start("c", "--shards", "1");
        cluster.place("a", "b", "c");
        cluster.setAll("k", 100);
        cluster.checkAll("k", 100);
        cluster.kill("a");
        cluster.place("b", "c");
        cluster.checkAll("k", 100);
    }

    @Test
    void dataMayBeLargerThanMemory() {
        cluster.start("a", "--memory", "8m");
        cluster.place("a");
        cluster.setLarge("k", 400, 100_000);
        cluster.checkLarge("k", 400, 100_000);
        cluster.kill("a");
        cluster.start("a", "--memory", "8m");
        cluster.place("a");
        cluster.checkLarge("k", 400, 100_000);
    }

    @Test
    void aPartitionThatTheTableTakesAwayIsDeletedHere() {
        startThree();
        cluster.setAll("k", 50);
        cluster.server("c").checkpoint();
        cluster.place("a", "b");
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            cluster.server("c").checkpoint();
            return cluster.server("c").report().items() == 0;
        });
        cluster.checkAll("k", 50);
    }

    @Test
    void expiredRecordsAreSweptFromTheStore() {
        startThree();
        for (int i = 0; i < 20; i++) {
            cluster.setExpiring("gone" + i, "value", 1);
        }
        cluster.setAll("k", 20);
        cluster.server("a").checkpoint();
        Awaitility.await().until(() -> !cluster.get("gone1").found());
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            cluster.server("a").checkpoint();
            return cluster.server("a").report().items() == 20;
        });
        cluster.checkAll("k", 20);
    }
}
