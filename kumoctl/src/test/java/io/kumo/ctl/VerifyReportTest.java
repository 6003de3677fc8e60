package io.kumo.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.protocol.VerifyMessages.CopyDifference;
import io.kumo.protocol.VerifyMessages.VerifyResult;
import io.kumo.table.ServerId;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerifyReportTest {
    private static final ServerId SERVER = new ServerId(0xabc);

    private final VerifyReport report = new VerifyReport();

    private static VerifyResult piece(long records, CopyDifference... copies) {
        return new VerifyResult(records, Bytes.EMPTY, 0, List.of(copies));
    }

    @Test
    void saysThatAllCopiesAreEqual() {
        report.onPiece(7, piece(100, new CopyDifference(SERVER, 0, List.of())));
        report.onPartition();
        assertTrue(report.isClean());
        assertEquals("compared 1 partitions, 100 records: all copies are equal\n", report.text());
    }

    @Test
    void addsUpWhatDiffersInThePiecesOfAPartition() {
        report.onPiece(7, piece(100, new CopyDifference(SERVER, 2, List.of("a", "b"))));
        report.onPiece(7, piece(50, new CopyDifference(SERVER, 6, List.of("c", "d", "e", "f"))));
        report.onPartition();
        assertFalse(report.isClean());
        assertEquals(List.of(SERVER.toString()), report.differing(7));
        assertEquals(
                "partition 7 on server " + SERVER + ": 8 keys differ, such as a, b, c, d, e\n"
                        + "compared 1 partitions, 150 records: 1 partitions differ\n",
                report.text());
        assertTrue(report.json().contains("\"equal\":false"), report.json());
        assertTrue(report.json().contains("\"keys\":8"), report.json());
    }

    @Test
    void whatWasNotComparedIsNotClean() {
        report.onFailure(3, "no primary");
        assertFalse(report.isClean());
        assertTrue(report.text().startsWith("not compared: partition 3: no primary\n"), report.text());
    }
}
