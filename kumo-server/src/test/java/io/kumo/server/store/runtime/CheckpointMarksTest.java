package io.kumo.server.store.runtime;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.server.store.CheckpointMark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointMarksTest {
    @TempDir
    Path directory;

    private static CheckpointMark mark(long seq) {
        return new CheckpointMark(1, 1, seq, seq);
    }

    private static boolean fits(CheckpointMarks marks, long seq) {
        return marks.fits(1, Disk.at(1, seq), seq);
    }

    /** A full disk: the transaction did not commit, the next one may or may not before a crash. */
    @Test
    void whatWasUndoneTakesNoPlaceOfWhatCommitted() throws IOException {
        CheckpointMarks marks = new CheckpointMarks(directory);
        marks.append(List.of(mark(1)));
        marks.append(List.of(mark(2)));
        marks.undo();
        marks.append(List.of(mark(3)));
        assertTrue(fits(marks, 1) && fits(marks, 3));
        marks.close();
        CheckpointMarks reopened = new CheckpointMarks(directory);
        assertTrue(fits(reopened, 1) && fits(reopened, 3));
        assertFalse(fits(reopened, 2));
        reopened.close();
    }

    @Test
    void theFirstOneCanBeUndoneToo() throws IOException {
        CheckpointMarks marks = new CheckpointMarks(directory);
        marks.append(List.of(mark(1)));
        marks.undo();
        assertTrue(marks.partitions().isEmpty());
        marks.close();
        CheckpointMarks reopened = new CheckpointMarks(directory);
        assertTrue(reopened.partitions().isEmpty());
        reopened.close();
    }
}
