package io.kumo.server.store.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.table.ServerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoreDirectoryTest {
    @TempDir
    Path parent;

    private static String refused(Path path) {
        KumoException seen = assertThrows(KumoException.class, () -> DirectoryFiles.open(path));
        String text = String.valueOf(seen.getMessage());
        assertEquals(ErrorCode.REFUSED, seen.code());
        assertFalse(text.contains("\n"), text);
        assertTrue(text.contains(path.getFileName().toString()), text);
        return text;
    }

    @Test
    void keepsItsIdAndClusterAndGetsANewIncarnationEachTime() {
        Path path = parent.resolve("new/store");
        ServerId id;
        long incarnation;
        try (DirectoryFiles directory = DirectoryFiles.open(path)) {
            id = directory.serverId();
            incarnation = directory.incarnation();
            assertEquals(Optional.empty(), directory.clusterId());
            directory.joinCluster("c0ffee");
            directory.joinCluster("c0ffee");
        }
        try (DirectoryFiles directory = DirectoryFiles.open(path)) {
            assertEquals(id, directory.serverId());
            assertNotEquals(incarnation, directory.incarnation());
            assertEquals(Optional.of("c0ffee"), directory.clusterId());
            KumoException seen = assertThrows(KumoException.class, () -> directory.joinCluster("dead"));
            assertEquals(ErrorCode.WRONG_CLUSTER, seen.code());
            assertTrue(String.valueOf(seen.getMessage()).contains("empty directory"), seen::getMessage);
        }
    }

    @Test
    void saysWhatIsWrongAndWhatToDo() throws IOException {
        try (DirectoryFiles directory = DirectoryFiles.open(parent.resolve("locked"))) {
            assertTrue(directory.path().endsWith("locked"));
            assertTrue(refused(parent.resolve("locked")).contains("in use by another kumo-server"));
        }
        Path file = Files.createFile(parent.resolve("file"));
        assertTrue(refused(file).contains("is not a directory"));
        assertTrue(refused(file.resolve("below")).contains("below"));

        Path newer = Files.createDirectory(parent.resolve("newer"));
        Files.writeString(newer.resolve("kumo.properties"), "format=2\nserver=12\n");
        assertTrue(refused(newer).contains("use the version that wrote it"));

        Path damaged = Files.createDirectory(parent.resolve("damaged"));
        Files.writeString(damaged.resolve("kumo.properties"), "format=1\nserver=xyz\n");
        assertTrue(refused(damaged).contains("is damaged"));

        Path headless = Files.createDirectories(parent.resolve("headless/log"));
        assertTrue(refused(headless.getParent()).contains("missing"));
    }

    @Test
    void anErrorLetsGoOfTheLock() throws IOException {
        Path path = Files.createDirectory(parent.resolve("store"));
        Files.writeString(path.resolve("kumo.properties"), "format=9\nserver=12\n");
        refused(path);
        Files.delete(path.resolve("kumo.properties"));
        DirectoryFiles.open(path).close();
    }
}
