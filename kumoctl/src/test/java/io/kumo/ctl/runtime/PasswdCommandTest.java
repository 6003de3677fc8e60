package io.kumo.ctl.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.auth.UsersFile;
import io.kumo.base.Bytes;
import io.kumo.config.UsageException;
import io.kumo.error.KumoException;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PasswdCommandTest {
    @TempDir
    Path directory;

    private static int passwd(String typed, Path file, String... more) {
        List<String> words = new java.util.ArrayList<>(List.of(file.toString()));
        words.addAll(List.of(more));
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        return PasswdCommand.run(
                words, new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)), null, nowhere);
    }

    private static boolean matches(Path file, String user, String password) throws Exception {
        return UsersFile.parse(Files.readString(file))
                .hashOf(Bytes.utf8(user))
                .orElseThrow()
                .matches(password.toCharArray());
    }

    @Test
    void writesAFileThatOnlyItsOwnerCanRead() throws Exception {
        Path file = directory.resolve("users");
        assertEquals(0, passwd("first\n", file, "bob"));
        assertEquals(0, passwd("second\r\nnot read\n", file, "amy"));
        assertEquals(0, passwd("third", file, "bob"));
        assertTrue(matches(file, "bob", "third") && matches(file, "amy", "second"));
        assertFalse(Files.readString(file).contains("third"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(0, passwd("", file, "bob", "--delete"));
        assertEquals(1, UsersFile.parse(Files.readString(file)).userCount());
        try (var files = Files.list(directory)) {
            assertEquals(1, files.count(), "something was left behind");
        }
    }

    @Test
    void refusesWhatIsWrongAndChangesNothing() throws Exception {
        Path file = directory.resolve("users");
        assertEquals(0, passwd("first\n", file, "bob"));
        String before = Files.readString(file);
        assertThrows(UsageException.class, () -> passwd("\n", file, "bob"));
        assertThrows(UsageException.class, () -> passwd("a b\n", file, "bob"));
        assertThrows(UsageException.class, () -> passwd("x\n", file, "b:b"));
        assertThrows(UsageException.class, () -> passwd("x\n", file));
        assertThrows(UsageException.class, () -> passwd("x\n", file, "bob", "password"));
        assertThrows(KumoException.class, () -> passwd("", file, "eve", "--delete"));
        assertThrows(KumoException.class, () -> passwd("x\n", directory.resolve("no/users"), "bob"));
        assertEquals(before, Files.readString(file));
        Path broken = directory.resolve("broken");
        Files.writeString(broken, "nonsense\n");
        assertThrows(KumoException.class, () -> passwd("x\n", broken, "bob"));
        assertEquals("nonsense\n", Files.readString(broken));
    }

    @Test
    void waitsForNobodyWhoChangesTheFileToo() throws Exception {
        Path file = directory.resolve("users");
        Files.createFile(directory.resolve("users.new"));
        KumoException refused = assertThrows(KumoException.class, () -> passwd("x\n", file, "bob"));
        assertTrue(refused.getMessage().contains("somebody else is changing"), refused.getMessage());
        assertTrue(Files.exists(directory.resolve("users.new")));
    }

    @Test
    void keepsALinkALink() throws Exception {
        Path target = directory.resolve("target");
        assertEquals(0, passwd("x\n", target, "bob"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);
        assertEquals(0, passwd("y\n", link, "bob"));
        assertTrue(Files.isSymbolicLink(link) && matches(target, "bob", "y"));
    }
}
