package io.kumo.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.protocol.ControlMessages.StatEntry;
import io.kumo.table.ClusterTable;
import io.kumo.table.Orders;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What kumostat, kumohash and kumotop print. */
class ToolsTest {
    private static final ServerId ONE = new ServerId(1);
    private static final ServerId TWO = new ServerId(2);
    private static final HostPort SERVER = new HostPort("svr1", 19800);

    private static ClusterTable table(Partition... rows) {
        List<ServerInfo> servers = List.of(
                new ServerInfo(ONE, SERVER, 1, "", ServerState.ATTACHED, true),
                new ServerInfo(TWO, new HostPort("svr2", 19800), 1, "", ServerState.ATTACHED, true));
        return new ClusterTable("c", 7, 2, false, 0, List.of(), servers, List.of(rows), Orders.NONE);
    }

    private static Partition row(int id, List<ServerId> inSync, List<ServerId> joining, List<ServerId> target) {
        return new Partition(id, 1, inSync, joining, target);
    }

    private static ServerFacts facts(ClusterTable table, String... figures) {
        List<StatEntry> entries = new ArrayList<>(List.of(new StatEntry("id", ONE.toString())));
        for (int i = 0; i < figures.length; i += 2) {
            entries.add(new StatEntry(figures[i], figures[i + 1]));
        }
        return ServerFacts.of(SERVER, entries, Optional.of(table));
    }

    private static ClusterTable atRest() {
        return table(
                row(0, List.of(ONE, TWO), List.of(), List.of(ONE, TWO)),
                row(1, List.of(TWO, ONE), List.of(), List.of(TWO, ONE)));
    }

    private static ClusterTable moving() {
        return table(
                row(0, List.of(TWO), List.of(ONE), List.of(ONE, TWO)),
                row(1, List.of(TWO), List.of(), List.of(TWO, ONE)));
    }

    @Test
    void kumostatTellsRoutingAndReplacement() {
        assertEquals("version 7  svr1:19800=1  svr2:19800=1", StatItem.RHS.of(facts(atRest())));
        assertEquals("version 7  svr1:19800=2  svr2:19800=2", StatItem.WHS.of(facts(atRest())));
        assertEquals("true", StatItem.HSCHECK.of(facts(atRest())));
        assertEquals("ready", StatItem.REPLSTAT.of(facts(atRest())));
        assertEquals("version 7  svr1:19800=0  svr2:19800=2", StatItem.RHS.of(facts(moving())));
        assertEquals("version 7  svr1:19800=1  svr2:19800=2", StatItem.WHS.of(facts(moving())));
        assertEquals("false", StatItem.HSCHECK.of(facts(moving())));
        assertEquals("Copying", StatItem.REPLSTAT.of(facts(moving())));
        assertEquals(
                "WAIT",
                StatItem.REPLSTAT.of(facts(table(
                        row(0, List.of(TWO), List.of(), List.of(ONE, TWO)),
                        row(1, List.of(TWO), List.of(), List.of(TWO))))));
        assertEquals(
                "Deleting",
                StatItem.REPLSTAT.of(facts(table(
                        row(0, List.of(TWO, ONE), List.of(), List.of(TWO)),
                        row(1, List.of(TWO), List.of(), List.of(TWO))))));
        assertEquals("inactive", StatItem.REPLSTAT.of(ServerFacts.of(SERVER, List.of(), Optional.empty())));
    }

    @Test
    void kumostatPrintsAsKumofsDoes() {
        List<StatReport.Line> lines = List.of(
                new StatReport.Line(SERVER, true, "12"),
                new StatReport.Line(new HostPort("svr2", 19800), false, "nobody listens there"));
        assertEquals("svr1:19800:  12\nsvr2:19800:  nobody listens there\n", StatReport.text(lines, true));
        assertEquals("12\n", StatReport.text(lines.subList(0, 1), false));
        assertTrue(StatReport.json(StatItem.ITEMS, lines, true).contains("\"value\" : 12"));
        assertTrue(StatReport.json(StatItem.ITEMS, lines, true).contains("\"error\" : \"nobody listens there\""));
        String stats = StatItem.STATS.of(facts(atRest(), "pid", "7", "curr_items", "3"));
        assertTrue(stats.startsWith("STAT pid 7\n") && stats.endsWith("STAT curr_items 3\nEND"), stats);
        String json = StatReport.json(StatItem.STATS, List.of(new StatReport.Line(SERVER, true, stats)), false);
        assertTrue(json.contains("\"pid\" : 7") && json.contains("\"curr_items\" : 3"), json);
    }

    @Test
    void allFiguresAreLinesOrObjects() {
        List<ServerFacts> answers = List.of(facts(atRest(), "pid", "7", "version", "1.0"));
        assertEquals(
                "svr1:19800 id 0000000000000001\nsvr1:19800 pid 7\nsvr1:19800 version 1.0\n",
                StatReport.figures(answers));
        assertTrue(StatReport.figuresJson(answers).contains("\"pid\" : 7"));
        assertTrue(StatReport.figuresJson(answers).contains("\"version\" : \"1.0\""));
    }

    @Test
    void kumohashNamesThePrimaryFirst() {
        String text = HashReport.assigned(moving(), List.of("a"));
        assertEquals("e6c632b61e964e1f  a  partition 1\n  0: svr2:19800\n", text);
        assertEquals("e6c632b61e964e1f  a\n", HashReport.hashes(List.of("a")));
        assertEquals(
                "0000000000000000  0  svr1:19800  svr2:19800\n8000000000000000  1  svr2:19800  svr1:19800\n",
                HashReport.dump(atRest()));
        assertTrue(HashReport.dumpJson(moving()).contains("\"joining\" : [ \"svr1:19800\" ]"));
    }

    @Test
    void kumotopCountsWhatHappenedBetweenTwoLooks() {
        ServerFacts before = facts(atRest(), "pid", "7", "time_ms", "10000", "cmd_get", "100", "cmd_set", "5");
        ServerFacts now = facts(
                atRest(),
                "pid",
                "7",
                "time_ms",
                "12000",
                "cmd_get",
                "300",
                "cmd_set",
                "15",
                "p99_us",
                "1500",
                "primaries",
                "4",
                "copies",
                "8",
                "table_version",
                "7");
        TopRow row = TopRow.of(now, Optional.of(before), "");
        assertEquals(100, row.gets());
        assertEquals(5, row.sets());
        assertEquals(105, row.operations());
        assertEquals(12, row.copies());
        assertEquals("active", row.state());
        assertEquals(0, TopRow.of(now, Optional.empty(), "").operations());
        ServerFacts restarted = facts(atRest(), "pid", "8", "time_ms", "12000", "cmd_get", "300");
        assertEquals(0, TopRow.of(restarted, Optional.of(before), "").gets());
    }

    @Test
    void kumotopSortsAndLeavesOutColumnsWhereThereIsNoRoom() {
        TopRow busy = new TopRow(new HostPort("b", 1), "active", 10, 5, 1, 1_500, 7, 2048, 3, 9, 2);
        TopRow idle = new TopRow(new HostPort("a", 1), "fault", 0, 0, 0, 0, 0, 0, 0, 0, 0);
        List<String> wide = TopTable.lines(List.of(busy, idle), TopColumn.SERVER, false, TopTable.WIDE);
        assertTrue(wide.get(1).startsWith("a:1 ") && wide.get(2).startsWith("b:1 "), String.join("\n", wide));
        assertTrue(wide.get(2).matches("b:1 +active +16 +10 +5 +1 +1\\.5 ms +7 +2\\.0 KiB +3 +9 +2"), wide.get(2));
        List<String> narrow = TopTable.lines(List.of(idle, busy), TopColumn.OPS, false, 80);
        assertTrue(narrow.get(1).matches("b:1 +active +16 +1\\.5 ms +7 +3 +2"), narrow.get(1));
        assertTrue(narrow.stream().allMatch(line -> line.length() <= 80));
        assertTrue(TopTable.lines(List.of(idle, busy), TopColumn.OPS, true, 80)
                .get(1)
                .startsWith("a:1 "));
        assertTrue(TopTable.json(List.of(busy), 1).contains("\"opsPerSec\":16"));
    }
}
