package io.kumo.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.protocol.WriteKind;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server copies that comes back. {@code -Dcatchup.keys=1000000} for more. */
final class CatchUpIT {
    private static final int KEYS = Integer.getInteger("catchup.keys", 20_000);
    private static final int CHANGED = KEYS / 100;
    private static final int VALUE_BYTES = 100;
    /** Of a primary whose log reaches back for a moment only. */
    private static final String[] FORGETFUL = {"--store-mode", "memory", "--memory", "1g", "--log-retention", "1m"};

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

    /** A server that copied everything has no log of the time before. */
    private long replaceByNew(String old, String fresh) {
        cluster.start(fresh);
        cluster.join(fresh);
        long copied = cluster.server(fresh).report().copiedBytes();
        cluster.kill(old);
        cluster.place(fresh);
        return copied;
    }

    private void change(int from, int to) {
        for (int i = from; i < to; i++) {
            if (i % 10 == 0) {
                cluster.write(WriteKind.DELETE, "k" + i, "");
            } else {
                cluster.set("k" + i, "changed " + i + "y".repeat(VALUE_BYTES));
            }
        }
    }

    private void check(int from, int to) {
        for (int i = from; i < to; i += Math.max(1, KEYS / 20_000)) {
            boolean isChanged = i < CHANGED;
            if (isChanged && i % 10 == 0) {
                assertFalse(cluster.get("k" + i).found(), "k" + i);
            } else {
                String value = isChanged ? "changed " + i + "y".repeat(VALUE_BYTES) : "k" + i + "x".repeat(VALUE_BYTES);
                assertEquals(value, cluster.get("k" + i).value().toUtf8());
            }
        }
    }

    /** Changes a hundredth of all keys while c is away, by a primary with these options. */
    private void changeWithout(String... options) {
        cluster.start("a", options);
        cluster.start("c");
        cluster.place("a", "c");
        cluster.setLarge("k", KEYS, VALUE_BYTES);
        cluster.server("c").checkpoint();
        cluster.kill("c");
        cluster.place("a");
        change(0, CHANGED);
    }

    /** The bytes that c received. */
    private long comeBack() {
        cluster.start("c");
        long began = System.nanoTime();
        cluster.join("c");
        double seconds = (System.nanoTime() - began) / 1e9;
        long copied = cluster.server("c").report().copiedBytes();
        System.out.printf(
                Locale.ROOT, "%d of %d keys changed: copied %d bytes in %.1f s%n", CHANGED, KEYS, copied, seconds);
        return copied;
    }

    @Test
    void aServerThatComesBackTakesWhatItMissedFromTheLog() {
        changeWithout("--store-mode", "memory", "--memory", "1g");
        long copied = comeBack();
        assertTrue(copied > (long) CHANGED * VALUE_BYTES / 2, copied + " bytes");
        assertTrue(copied < (long) CHANGED * (VALUE_BYTES + 150), copied + " bytes");
        cluster.kill("a");
        cluster.place("c");
        check(0, KEYS);
    }

    @Test
    void aServerThatComesBackCopiesWhatDiffersWhereTheLogIsGone() {
        changeWithout(FORGETFUL);
        long whole = replaceByNew("a", "b");
        long copied = comeBack();
        assertTrue(whole > (long) KEYS * VALUE_BYTES, whole + " bytes");
        assertTrue(copied > (long) CHANGED * VALUE_BYTES / 2, copied + " bytes");
        assertTrue(copied < (long) CHANGED * (VALUE_BYTES + 30) + 5L * KEYS, copied + " bytes");
        cluster.kill("b");
        cluster.place("c");
        check(0, KEYS);
    }

    @Test
    void aServerThatDiesWhileItCatchesUpBeginsAnew() {
        cluster.start("a", FORGETFUL);
        cluster.start("c");
        cluster.place("a", "c");
        cluster.setLarge("k", 8_000, VALUE_BYTES);
        cluster.server("c").checkpoint();
        cluster.kill("c");
        cluster.place("a");
        for (int i = 0; i < 8_000; i += 3) {
            cluster.set("k" + i, "again");
        }
        replaceByNew("a", "b");
        for (int round = 0; round < 5; round++) {
            cluster.start("c");
            cluster.beginJoin("c");
            if (round % 2 == 0) {
                cluster.server("c").checkpoint();
            }
            cluster.kill("c");
        }
        cluster.start("c");
        cluster.join("c");
        cluster.kill("b");
        cluster.place("c");
        for (int i = 0; i < 8_000; i++) {
            String value = i % 3 == 0 ? "again" : "k" + i + "x".repeat(VALUE_BYTES);
            assertEquals(value, cluster.get("k" + i).value().toUtf8());
        }
    }
}
