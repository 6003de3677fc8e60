package io.kumo.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.ctl.Examination.Node;
import io.kumo.ctl.Examination.Port;
import io.kumo.ctl.Examination.Reach;
import io.kumo.ctl.Finding.Check;
import io.kumo.ctl.Finding.Severity;
import io.kumo.protocol.ControlMessages.StatEntry;
import io.kumo.protocol.StatusMessages.ManagerStatus;
import io.kumo.protocol.StatusMessages.RebalanceStatus;
import io.kumo.protocol.StatusMessages.ServerStatus;
import io.kumo.protocol.StatusMessages.StatusResult;
import io.kumo.table.ServerId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DoctorTest {
    private static final HostPort SERVER = new HostPort("svr1", 19800);
    private static final RebalanceStatus RESTING = new RebalanceStatus(false, 0, 0, 0, 0, -1);

    private final List<ManagerStatus> managers = new ArrayList<>();
    private final List<ServerStatus> servers = new ArrayList<>(List.of(server("active", 0)));
    private final List<Node> nodes = new ArrayList<>();
    private int underReplicated;
    private int down;
    private boolean paused;

    private static ServerStatus server(String state, int damaged) {
        return new ServerStatus(new ServerId(1), SERVER, state, 4, 8, 0, 0, damaged);
    }

    /** The first one leads. */
    private void managers(boolean... alive) {
        for (int i = 0; i < alive.length; i++) {
            managers.add(new ManagerStatus(new HostPort("mgr" + (i + 1), 19700), i == 0, alive[i]));
        }
    }

    private static Map<String, String> figures() {
        Map<String, String> figures = new LinkedHashMap<>();
        figures.put("version", "1.0");
        figures.put("time_ms", "1000");
        figures.put("table_version", "7");
        figures.put("cluster", "c");
        figures.put("leader", "mgr1:19700");
        figures.put("disk_total_bytes", "1000000");
        figures.put("disk_free_bytes", "500000");
        figures.put("disk_reserve_bytes", "1000");
        figures.put("heap_max_bytes", "1000");
        figures.put("heap_live_bytes", "100");
        return figures;
    }

    private static Node node(boolean isManager, String host, Map<String, String> figures, long skewMs, Port... ports) {
        List<StatEntry> entries = figures.entrySet().stream()
                .map(figure -> new StatEntry(figure.getKey(), figure.getValue()))
                .toList();
        HostPort address = new HostPort(host, isManager ? 19700 : 19800);
        return new Node(
                isManager, address, "", ServerFacts.of(address, entries, Optional.empty()), skewMs, 5, List.of(ports));
    }

    private List<Finding> examine() {
        if (managers.isEmpty()) {
            managers(true);
        }
        if (nodes.isEmpty()) {
            nodes.add(node(true, "mgr1", figures(), 0));
            nodes.add(node(false, "svr1", figures(), 0));
        }
        return Doctor.examine(new Examination(
                new StatusResult("c", 7, 2, 8, underReplicated, down, false, managers, servers, RESTING, paused),
                nodes));
    }

    /** Severities of what was found beside what is well, by check. */
    private List<String> wrong() {
        return examine().stream()
                .filter(finding -> finding.severity() != Severity.OK)
                .peek(finding -> assertFalse(finding.advice().isEmpty(), finding.toString()))
                .map(finding -> finding.severity() + " " + finding.check().word())
                .toList();
    }

    private void node(String figure, String value) {
        Map<String, String> figures = figures();
        figures.put(figure, value);
        nodes.add(node(true, "mgr1", figures(), 0));
        nodes.add(node(false, "svr1", figures, 0));
    }

    @Test
    void aClusterThatIsWellHasALineForEachCheck() {
        List<Finding> findings = examine();
        assertTrue(DoctorReport.isWell(findings), DoctorReport.text(findings));
        assertEquals(Check.values().length, findings.size());
        assertTrue(DoctorReport.text(findings).endsWith("nothing to do\n"));
        assertTrue(DoctorReport.json(findings).contains("\"ok\" : true"));
    }

    @Test
    void oneManagerOfThreeLeftIsAProblemAndOneOfTwoAWarning() {
        managers(true, true, false);
        assertEquals(List.of("PROBLEM managers"), wrong());
        managers.clear();
        managers(true, false);
        assertEquals(List.of("WARNING managers"), wrong());
        managers.clear();
        managers(true, true, true, true, false);
        assertEquals(List.of("WARNING managers"), wrong());
        managers.clear();
        managers(true, true, true, true);
        assertEquals(List.of("WARNING managers"), wrong());
    }

    @Test
    void serversPartitionsAndDamage() {
        servers.set(0, server("fault", 0));
        underReplicated = 3;
        down = 1;
        paused = true;
        assertEquals(
                List.of("PROBLEM servers", "PROBLEM partitions", "PROBLEM partitions", "WARNING partitions"), wrong());
        servers.set(0, server("active", 2));
        underReplicated = 0;
        down = 0;
        paused = false;
        assertEquals(List.of("PROBLEM damage"), wrong());
        servers.add(new ServerStatus(new ServerId(9), new HostPort("svr9", 1), "new", 0, 0, 0, 0, 0));
        assertEquals(List.of("WARNING servers", "PROBLEM damage"), wrong());
    }

    @Test
    void whoAnswersHereAndIsNotSeenByOthersHasItsPortsShut() {
        managers(true, false);
        nodes.add(node(true, "mgr1", figures(), 0));
        nodes.add(node(true, "mgr2", figures(), 0));
        nodes.add(node(false, "svr1", figures(), 0));
        servers.set(0, server("fault", 0));
        assertEquals(List.of("PROBLEM managers", "PROBLEM servers"), wrong());
        String text = DoctorReport.text(examine());
        assertTrue(text.contains("manager mgr2:19700: answers here, but the others don't see it"), text);
        assertTrue(text.contains("server svr1:19800: is marked as faulty, but answers here"), text);
        assertEquals(3, text.split("a manager's RPC port \\+ 10 and \\+ 1010", -1).length, text);
    }

    @Test
    void clocksAreJudgedByWhatIsSure() {
        nodes.add(node(true, "mgr1", figures(), 100));
        nodes.add(node(false, "svr1", figures(), 605));
        assertEquals(List.of(), wrong(), "505 ms, give or take 10");
        nodes.set(1, node(false, "svr1", figures(), 620));
        assertEquals(List.of("WARNING clocks"), wrong());
        nodes.set(1, node(false, "svr1", figures(), -9_000));
        assertEquals(List.of("PROBLEM clocks"), wrong());
    }

    @Test
    void aProcessThatDiffersIsNamed() {
        node("table_version", "6");
        assertEquals(List.of("WARNING table"), wrong());
        nodes.clear();
        node("version", "0.9");
        assertEquals(List.of("WARNING versions"), wrong());
        assertTrue(DoctorReport.text(examine()).contains("not 1.0: server svr1:19800"));
        nodes.clear();
        node("cluster", "other");
        assertEquals(List.of("PROBLEM table"), wrong());
    }

    @Test
    void diskAndMemory() {
        node("disk_free_bytes", "100000");
        assertEquals(List.of("WARNING disk"), wrong());
        nodes.clear();
        node("disk_free_bytes", "900");
        assertEquals(List.of("PROBLEM disk"), wrong());
        nodes.clear();
        node("writes_refused", "true");
        assertEquals(List.of("PROBLEM disk"), wrong());
        nodes.clear();
        node("heap_live_bytes", "900");
        assertEquals(List.of("WARNING memory"), wrong());
    }

    @Test
    void portsThatDoNotAnswer() {
        nodes.add(node(
                true,
                "mgr1",
                figures(),
                0,
                new Port("MQTT", "mgr1:19720", Reach.FAILED, "nobody listens there"),
                new Port("HTTP", "127.0.0.1:19780", Reach.NOT_TRIED, "")));
        assertEquals(List.of("PROBLEM ports"), wrong());
        nodes.add(new Node(
                false, SERVER, "no answer", ServerFacts.of(SERVER, List.of(), Optional.empty()), 0, 0, List.of()));
        assertEquals(List.of("PROBLEM servers", "PROBLEM ports"), wrong());
    }
}
