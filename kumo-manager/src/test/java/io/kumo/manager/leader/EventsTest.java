package io.kumo.manager.leader;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kumo.protocol.ControlMessages.CopyReport;
import io.kumo.table.Partition;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What operators are told: alarms and 'kumoctl events' hang on these words. */
class EventsTest extends LeaderCase {
    private List<String> kinds(Command... commands) {
        return next(commands).events().stream()
                .map(event -> event.server().map(id -> id.value() + " ").orElse("") + event.kind())
                .toList();
    }

    private String text(String kind, Command... commands) {
        Optional<LeaderEvent> found = next(commands).events().stream()
                .filter(event -> event.kind().equals(kind))
                .findFirst();
        return found.map(LeaderEvent::text).orElse("nobody tells of it");
    }

    @Test
    void whoIsAttachedAndWhatMoves() {
        reports(A, B);
        Command.Attach attach = new Command.Attach(true, List.of());
        assertEquals(List.of("1 attached", "2 attached", "replace"), kinds(attach));
        assertEquals("server s1:19800 is attached", text("attached", attach));
        assertEquals("nothing has to move", text("replace", attach));
    }

    @Test
    void whoIsFaultyAndWhoIsBack() {
        attached(A, B, C);
        killed(C);
        assertEquals(List.of("3 fault"), kinds());
        assertEquals("server s3:19800 is marked as faulty", text("fault"));
        decide();
        reports(C);
        assertEquals(List.of("3 returned"), kinds());
        assertEquals("server s3:19800 is back", text("returned"));
    }

    @Test
    void howARestartedServerIsBack() {
        attached(A, B, C);
        reportAnew(C, new ServerReportBuilder(C).restarted());
        assertEquals(List.of("3 restarted"), kinds());
        assertEquals("server s3:19800 is back with all that it acknowledged", text("restarted"));
        reportAnew(C, new ServerReportBuilder(C).lossy(1));
        assertEquals("server s3:19800 is back with a log that may lack its end", text("restarted"));
    }

    @Test
    void whoIsDetachedAndWhenThatIsDone() {
        attached(A, B, C);
        Command.Detach detach = new Command.Detach(true, List.of("s3"));
        assertEquals("server s3:19800 is being detached", text("leaving", detach));
        decide(detach);
        assertEquals(List.of("3 detached"), kinds());
        assertEquals("server s3:19800 is detached", text("detached"));
    }

    @Test
    void whoIsDrained() {
        attached(A, B, C);
        assertEquals("server s3:19800 is being drained", text("draining", new Command.Drain(List.of("s3"))));
    }

    @Test
    void whoDoesNotAnswerItsPrimaries() {
        attached(A, B, C);
        Partition row = table.partition(0);
        CopyReport word = new CopyReport(row.id(), row.epoch(), row.inSync().get(1));
        report(row.inSync().get(0), new ServerReportBuilder(row.inSync().get(0)).unresponsive(word));
        passMs(LeaderOptions.DEFAULT.complaintMs());
        String copy = row.inSync().get(1).toString();
        assertEquals(
                "1 partitions go on without server " + copy + ", which does not answer their primaries",
                text("unresponsive"));
    }

    @Test
    void whatIsMended() {
        attached(A, B, C);
        report(A, new ServerReportBuilder(A).damaged(0));
        assertEquals("1 partitions of server " + A + " are mended from other copies", text("repair"));
    }
}
