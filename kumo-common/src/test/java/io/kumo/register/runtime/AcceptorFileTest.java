package io.kumo.register.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.register.AcceptorState;
import io.kumo.register.Ballot;
import io.kumo.register.Proposal;
import io.kumo.table.ClusterTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcceptorFileTest {
    private static final HostPort MANAGER = new HostPort("mgr1", 19700);
    private static final ClusterTable TABLE = ClusterTable.birth("00000000000000c1", 3, 16, List.of(MANAGER));
    private static final Ballot BALLOT = new Ballot(4, MANAGER, -77);
    private static final AcceptorState STATE = new AcceptorState(
            Optional.of(TABLE),
            BALLOT,
            Optional.of(new Proposal(BALLOT, TABLE.next(List.of(), TABLE.partitions()))),
            AcceptorState.LOST);

    @TempDir
    Path directory;

    private AcceptorFile file() {
        return new AcceptorFile(directory.resolve("register"));
    }

    @Test
    void isEmptyBeforeTheFirstWrite() {
        assertEquals(Optional.empty(), file().read());
    }

    @Test
    void readsWhatWasWrittenLast() {
        file().write(STATE);
        file().write(AcceptorState.BLANK);
        assertEquals(Optional.of(AcceptorState.BLANK), file().read());
        file().write(STATE);
        assertEquals(Optional.of(STATE), file().read());
    }

    @Test
    void aCrashWhileWritingLeavesWhatWasThere() throws IOException {
        file().write(STATE);
        Files.write(directory.resolve("register.new"), new byte[] {1, 2, 3});
        assertEquals(Optional.of(STATE), file().read());
        file().write(AcceptorState.BLANK);
        assertEquals(Optional.of(AcceptorState.BLANK), file().read());
    }

    @Test
    void everyFlippedByteIsNoticed() throws IOException {
        file().write(STATE);
        Path path = directory.resolve("register");
        byte[] good = Files.readAllBytes(path);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x20;
            Files.write(path, bad);
            KumoException failure = assertThrows(KumoException.class, () -> file().read());
            assertEquals(ErrorCode.CORRUPT, failure.code());
        }
    }

    @Test
    void aFileThatIsCutShortIsNoticed() throws IOException {
        file().write(STATE);
        Path path = directory.resolve("register");
        byte[] good = Files.readAllBytes(path);
        for (int length = 0; length < good.length; length++) {
            Files.write(path, java.util.Arrays.copyOf(good, length));
            KumoException failure = assertThrows(KumoException.class, () -> file().read());
            assertTrue(failure.getMessage().contains(path.toString()));
            assertTrue(failure.getMessage().contains("move the file away"), failure::getMessage);
        }
    }

    @Test
    void aNewerFormatAsksForANewerProgram() throws IOException {
        file().write(STATE);
        Path path = directory.resolve("register");
        byte[] content = Files.readAllBytes(path);
        content[11] = 2;
        Files.write(path, content);
        KumoException failure = assertThrows(KumoException.class, () -> file().read());
        assertTrue(failure.getMessage().contains("format 2"), failure::getMessage);
    }

    @Test
    void aDirectoryThatIsGoneIsAFailureOfTheStore() {
        KumoException failure = assertThrows(
                KumoException.class,
                () -> new AcceptorFile(directory.resolve("gone").resolve("register")).write(STATE));
        assertEquals(ErrorCode.STORE_FAILED, failure.code());
    }
}
