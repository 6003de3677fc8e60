package io.kumo.backup.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.backup.BackupHeader;
import io.kumo.backup.BackupManifest;
import io.kumo.base.Bytes;
import io.kumo.error.KumoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupDirectoryTest {
    @TempDir
    Path parent;

    private static Bytes manifest(String... files) {
        BackupHeader header = new BackupHeader("monday", 7, "00ff", BackupManifest.ALL, 4, 1, 1);
        List<BackupManifest.File> all = List.of(files).stream()
                .map(name -> new BackupManifest.File(name, "00aa", 1, "ff", List.of()))
                .toList();
        return new BackupManifest(header, "", all).encode();
    }

    private static void write(BackupDirectory directory, String name) {
        try (FileSink sink = FileSink.create(directory.path().resolve(name))) {
            sink.write(ByteBuffer.wrap(new byte[3]));
        }
    }

    private void assertRefused(String name, long id, String text) {
        KumoException refused = assertThrows(KumoException.class, () -> BackupDirectory.begin(parent, name, id));
        assertTrue(refused.getMessage().contains(text), refused.getMessage());
    }

    @Test
    void isWholeOnlyOnceItHasAManifestAndItsNameIsTakenFromItsBegin() throws IOException {
        BackupDirectory directory = BackupDirectory.begin(parent, "monday", 7);
        BackupDirectory.begin(parent, "monday", 7); // another server of the same run
        assertRefused("monday", 8, "unfinished");
        write(directory, "a.kumobackup");
        write(directory, "dead.kumobackup");
        assertTrue(BackupDirectory.list(parent).get(0).manifest().isEmpty());
        directory.finish(manifest("a.kumobackup"));
        directory.finish(manifest("a.kumobackup")); // the other server
        BackupDirectory.Found found = BackupDirectory.list(parent).get(0);
        assertEquals(manifest("a.kumobackup"), found.manifest());
        assertTrue(Files.notExists(directory.path().resolve("dead.kumobackup")), "of a server that died");
        assertRefused("monday", 7, "there is a backup of that name");
        assertTrue(BackupDirectory.delete(parent, "monday"));
        assertFalse(BackupDirectory.delete(parent, "monday"));
        assertTrue(BackupDirectory.list(parent).isEmpty());
    }

    @Test
    void aPlaceThatWillNotDoIsNamed() throws IOException {
        assertRefused("../up", 1, "is no name");
        assertRefused("", 1, "is no name");
        Path missing = parent.resolve("missing");
        KumoException refused = assertThrows(KumoException.class, () -> BackupDirectory.begin(missing, "monday", 1));
        assertTrue(refused.getMessage().contains(missing + " is no directory"), refused.getMessage());
        Files.writeString(Files.createDirectories(parent.resolve("photos")).resolve("photo"), "x");
        assertRefused("photos", 1, "something else");
        Files.writeString(parent.resolve("file"), "x");
        assertRefused("file", 1, "can't write in");
        assertTrue(BackupDirectory.list(missing).isEmpty());
        assertTrue(BackupDirectory.list(parent).isEmpty());
    }

    @Test
    void whoWithdrawsTakesItsFileOnlyAndTheLastOneTheDirectory() {
        BackupDirectory directory = BackupDirectory.begin(parent, "monday", 7);
        write(directory, "a.kumobackup");
        write(directory, "b.kumobackup");
        assertTrue(directory.withdraw("a"));
        assertFalse(directory.withdraw("a"));
        assertTrue(Files.exists(directory.path().resolve("b.kumobackup")));
        assertRefused("monday", 8, "unfinished");
        assertTrue(directory.withdraw("b"));
        assertTrue(Files.notExists(directory.path()));
        assertFalse(directory.withdraw("b"));
    }

    @Test
    void nobodyWithdrawsFromABackupThatIsWhole() {
        BackupDirectory directory = BackupDirectory.begin(parent, "monday", 7);
        write(directory, "a.kumobackup");
        directory.finish(manifest("a.kumobackup"));
        assertFalse(directory.withdraw("a"));
        assertFalse(directory.withdraw("lost"));
        assertTrue(Files.exists(directory.path().resolve("a.kumobackup")));
        assertEquals(1, BackupDirectory.list(parent).size());
    }

    @Test
    void nothingElseIsDeleted() throws IOException {
        BackupDirectory directory = BackupDirectory.begin(parent, "monday", 7);
        Files.writeString(directory.path().resolve("photo"), "x");
        KumoException refused = assertThrows(KumoException.class, () -> BackupDirectory.delete(parent, "monday"));
        assertTrue(refused.getMessage().contains("by hand"), refused.getMessage());
        assertTrue(Files.exists(directory.path().resolve("photo")));
        assertFalse(BackupDirectory.delete(parent, ".."));
    }
}
