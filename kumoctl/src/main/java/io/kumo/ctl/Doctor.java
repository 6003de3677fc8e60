package io.kumo.ctl;

import io.kumo.base.HostPort;
import io.kumo.ctl.Examination.Node;
import io.kumo.ctl.Examination.Port;
import io.kumo.ctl.Examination.Reach;
import io.kumo.ctl.Finding.Check;
import io.kumo.ctl.Finding.Severity;
import io.kumo.protocol.Figure;
import io.kumo.protocol.StatusMessages.ManagerStatus;
import io.kumo.protocol.StatusMessages.ServerStatus;
import io.kumo.protocol.StatusMessages.StatusResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Judges what was seen of a cluster: a finding for each check, at least one, with what to do where something is wrong.
 */
public final class Doctor {
    /** Expiry is decided by the primary's clock: seconds matter, tenths do not. */
    private static final long SKEW_WARNING_MS = 500;

    private static final long SKEW_PROBLEM_MS = 5_000;
    private static final double DISK_WARNING = 0.15;
    private static final double HEAP_WARNING = 0.85;
    private static final double HEAP_PROBLEM = 0.95;

    /** Where managers and servers hear of each other, beside RPC. */
    private static final String GROUP_PORTS =
            "the group's ports between managers and servers (a manager's RPC port + 10"
                    + " and + 1010, every port of a server)";

    private final Examination seen;
    private final StatusResult status;
    private final List<Finding> findings = new ArrayList<>();

    private Doctor(Examination seen) {
        this.seen = seen;
        this.status = seen.status();
    }

    public static List<Finding> examine(Examination seen) {
        Doctor doctor = new Doctor(seen);
        doctor.check(Check.MANAGERS, doctor::managers);
        doctor.check(Check.SERVERS, doctor::servers);
        doctor.check(Check.PARTITIONS, doctor::partitions);
        doctor.check(Check.DAMAGE, doctor::damage);
        doctor.check(Check.TABLE, doctor::table);
        doctor.check(Check.CLOCKS, doctor::clocks);
        doctor.check(Check.VERSIONS, doctor::versions);
        doctor.check(Check.PORTS, doctor::ports);
        doctor.check(Check.DISK, doctor::disk);
        doctor.check(Check.MEMORY, doctor::memory);
        return List.copyOf(doctor.findings);
    }

    /** One of the checks: returns what is so where all is well. */
    @FunctionalInterface
    private interface Look {
        String at();
    }

    private void check(Check check, Look look) {
        int before = findings.size();
        String well = look.at();
        if (findings.size() == before) {
            findings.add(new Finding(Severity.OK, check, "", well, ""));
        }
    }

    private void found(Severity severity, Check check, String where, String text, String advice) {
        findings.add(new Finding(severity, check, where, text, advice));
    }

    private String managers() {
        List<ManagerStatus> all = status.managers();
        int alive = (int) all.stream().filter(ManagerStatus::alive).count();
        all.stream().filter(manager -> !manager.alive()).forEach(manager -> managerIsGone(manager, alive, all.size()));
        if (all.stream().noneMatch(ManagerStatus::leader)) {
            found(
                    Severity.PROBLEM,
                    Check.MANAGERS,
                    "",
                    "no manager leads",
                    "look into the managers' logs: they can't reach each other, or too few are there");
        }
        Set<String> leaders = new TreeSet<>();
        for (Node node : seen.nodes()) {
            if (node.isManager() && node.answers()) {
                leaders.add(node.facts().text(Figure.LEADER));
                obstacle(node);
            } else if (node.isManager() && isAlive(node)) {
                doesNotAnswer(Check.MANAGERS, node);
            }
        }
        if (leaders.size() > 1) {
            found(
                    Severity.PROBLEM,
                    Check.MANAGERS,
                    "",
                    "they name different leaders: " + String.join(", ", leaders),
                    "wait some seconds; then see whether a firewall cuts RPC, or " + GROUP_PORTS);
        }
        if (all.size() == 4 || all.size() > 5) {
            found(
                    Severity.WARNING,
                    Check.MANAGERS,
                    "",
                    "there are " + all.size(),
                    "have 1, 2, 3 or 5: one more than an odd number survives no failure more");
        }
        return alive + " of " + all.size() + " are there, one leads";
    }

    /** Two managers decide with one of them and most of the servers; more of them by majority. */
    private void managerIsGone(ManagerStatus manager, int alive, int all) {
        int majority = all / 2 + 1;
        boolean isLast = all > 2 && alive <= majority;
        if (answers(manager.address())) {
            found(
                    Severity.PROBLEM,
                    Check.MANAGERS,
                    "manager " + manager.address(),
                    "answers here, but the others don't see it",
                    "if it has just started, wait; else open " + GROUP_PORTS + ", and see its log");
            return;
        }
        String what = "is not there: " + alive + " of " + all + " are";
        if (all > 2 && alive < majority) {
            what += ", too few to decide anything";
        } else if (isLast) {
            what += ", and one less could decide nothing";
        }
        found(
                isLast ? Severity.PROBLEM : Severity.WARNING,
                Check.MANAGERS,
                "manager " + manager.address(),
                what,
                "start it again, with its --data and the same -l and -p");
    }

    private void obstacle(Node node) {
        String obstacle = node.facts().text(Figure.OBSTACLE);
        if (!obstacle.isEmpty()) {
            found(
                    Severity.PROBLEM,
                    Check.MANAGERS,
                    node.name(),
                    "can't decide: " + obstacle,
                    "see 'When a cluster is not born, or no table is decided' in OPERATIONS.md");
        }
    }

    private void doesNotAnswer(Check check, Node node) {
        found(
                Severity.PROBLEM,
                check,
                node.name(),
                "does not answer here: " + node.failure(),
                "others reach it: check the network and firewalls between this host and that one");
    }

    private String servers() {
        for (ServerStatus server : status.servers()) {
            if (server.state().equals("fault") && answers(server.address())) {
                found(
                        Severity.PROBLEM,
                        Check.SERVERS,
                        "server " + server.address(),
                        "is marked as faulty, but answers here",
                        "if it has just come back, wait; else open RPC and " + GROUP_PORTS + ", and see its log");
            } else if (server.state().equals("fault")) {
                found(
                        Severity.PROBLEM,
                        Check.SERVERS,
                        "server " + server.address(),
                        "is marked as faulty",
                        "start it again with its directory, or 'kumoctl MANAGER detach " + server.address()
                                + "' if it is gone for good");
            } else if (server.state().equals("new")) {
                found(
                        Severity.WARNING,
                        Check.SERVERS,
                        "server " + server.address(),
                        "is not attached",
                        "'kumoctl MANAGER attach " + server.address() + "', or stop it");
            }
        }
        for (Node node : seen.nodes()) {
            boolean isMarked = status.servers().stream()
                    .anyMatch(server -> server.address().equals(node.address())
                            && server.state().equals("fault"));
            if (!node.isManager() && !node.answers() && !isMarked) {
                doesNotAnswer(Check.SERVERS, node);
            }
        }
        long attached = status.servers().stream()
                .filter(server -> !server.state().equals("new"))
                .count();
        return attached + " are attached, and answer";
    }

    private boolean answers(HostPort address) {
        return seen.answering().stream().anyMatch(node -> node.address().equals(address));
    }

    private boolean isAlive(Node node) {
        return status.managers().stream()
                .anyMatch(manager -> manager.address().equals(node.address()) && manager.alive());
    }

    private String partitions() {
        if (status.version() == 0) {
            found(
                    Severity.PROBLEM,
                    Check.PARTITIONS,
                    "",
                    "the cluster is not born yet",
                    "start all managers, then servers, then 'kumoctl MANAGER attach'");
            return "";
        }
        if (status.down() > 0) {
            found(
                    Severity.PROBLEM,
                    Check.PARTITIONS,
                    "",
                    status.down() + " have no live copy in sync: their keys can't be read or written",
                    "start every server that may have them; see 'When all copies of a partition are lost'");
        }
        if (status.underReplicated() > 0) {
            boolean isMoving = status.rebalance().running();
            found(
                    isMoving ? Severity.WARNING : Severity.PROBLEM,
                    Check.PARTITIONS,
                    "",
                    status.underReplicated() + " have fewer live copies than " + status.replicas(),
                    isMoving
                            ? "copies are being made: 'kumoctl MANAGER status --watch' shows how far that is"
                            : "bring servers back, or attach new ones");
        }
        if (status.paused()) {
            found(
                    Severity.WARNING,
                    Check.PARTITIONS,
                    "",
                    "rebalancing is paused",
                    "'kumoctl MANAGER resume-rebalance' once the work is done");
        }
        for (Node node : seen.answering()) {
            if (node.number(Figure.LEASES_LACKING) > 0) {
                found(
                        Severity.WARNING,
                        Check.PARTITIONS,
                        node.name(),
                        "lacks the lease to read " + node.number(Figure.LEASES_LACKING) + " partitions",
                        "passes within a second; for long: the network between servers");
            }
        }
        return status.partitions() + " have all their " + status.replicas() + " copies";
    }

    private String damage() {
        for (ServerStatus server : status.servers()) {
            if (server.damaged() > 0) {
                found(
                        Severity.PROBLEM,
                        Check.DAMAGE,
                        "server " + server.address(),
                        server.damaged() + " copies are damaged, and are being mended from others",
                        "check its disk, and replace it; its log names the files");
            }
        }
        return "no copy is known to be damaged ('kumoctl MANAGER verify' reads them all)";
    }

    private String table() {
        long newest = seen.answering().stream()
                .mapToLong(node -> node.number(Figure.TABLE_VERSION))
                .max()
                .orElse(0);
        for (Node node : seen.answering()) {
            long version = node.number(Figure.TABLE_VERSION);
            if (version < newest) {
                found(
                        Severity.WARNING,
                        Check.TABLE,
                        node.name(),
                        "knows version " + version + ", others " + newest,
                        "passes within a second; for long: it can't reach the managers, see its log");
            }
            String cluster = node.facts().text(Figure.CLUSTER);
            if (!cluster.isEmpty() && !status.cluster().isEmpty() && !cluster.equals(status.cluster())) {
                found(
                        Severity.PROBLEM,
                        Check.TABLE,
                        node.name(),
                        "belongs to cluster " + cluster + ", not to " + status.cluster(),
                        "it was given another cluster's managers: check its -m");
            }
        }
        return "all know version " + newest;
    }

    private String clocks() {
        List<Node> told = seen.answering().stream()
                .filter(node -> node.number(Figure.TIME_MS) > 0)
                .toList();
        if (told.isEmpty()) {
            return "nobody tells its time";
        }
        Node ahead = told.stream().max(Comparator.comparingLong(Node::skewMs)).orElseThrow();
        Node behind = told.stream().min(Comparator.comparingLong(Node::skewMs)).orElseThrow();
        long apart = ahead.skewMs() - behind.skewMs();
        long surely = apart - ahead.doubtMs() - behind.doubtMs();
        if (surely > SKEW_WARNING_MS) {
            found(
                    surely > SKEW_PROBLEM_MS ? Severity.PROBLEM : Severity.WARNING,
                    Check.CLOCKS,
                    ahead.name(),
                    "its clock is " + apart + " ms ahead of that of " + behind.name(),
                    "records expire by the primary's clock: let all hosts follow NTP (chrony, systemd-timesyncd)");
        }
        return "no more than " + Math.max(1, apart) + " ms apart";
    }

    private String versions() {
        Set<String> builds = seen.answering().stream()
                .map(node -> node.facts().text(Figure.VERSION))
                .collect(Collectors.toCollection(TreeSet::new));
        if (builds.size() > 1) {
            String newest = builds.stream().reduce("", (first, second) -> second);
            String others = seen.answering().stream()
                    .filter(node -> !node.facts().text(Figure.VERSION).equals(newest))
                    .map(Node::name)
                    .collect(Collectors.joining(", "));
            found(
                    Severity.WARNING,
                    Check.VERSIONS,
                    "",
                    "several run: " + String.join(", ", builds),
                    "finish the upgrade; not " + newest + ": " + others);
        }
        return "all run " + String.join(", ", builds);
    }

    private String ports() {
        int reached = 0;
        for (Node node : seen.answering()) {
            reached++;
            for (Port port : node.ports()) {
                reached += port.reach() == Reach.REACHED ? 1 : 0;
                if (port.reach() == Reach.FAILED) {
                    boolean isMqtt = port.name().equals("MQTT");
                    found(
                            isMqtt ? Severity.PROBLEM : Severity.WARNING,
                            Check.PORTS,
                            node.name(),
                            port.name() + " at " + port.address() + ": " + port.failure(),
                            isMqtt
                                    ? "gateways and servers follow the table there: open the port (RPC port + 20)"
                                    : "see what it answers, and whether a firewall is between");
                }
            }
        }
        return reached + " of RPC, MQTT and HTTP answer";
    }

    private String disk() {
        long least = Long.MAX_VALUE;
        for (Node node : seen.answering()) {
            long total = node.number(Figure.DISK_TOTAL_BYTES);
            long free = node.number(Figure.DISK_FREE_BYTES);
            if (total <= 0) {
                continue;
            }
            least = Math.min(least, free);
            String left = StatusFormatter.bytes(free) + " of " + StatusFormatter.bytes(total) + " are left";
            if (node.facts().text(Figure.WRITES_REFUSED).equals("true")
                    || free < node.number(Figure.DISK_RESERVE_BYTES)) {
                found(
                        Severity.PROBLEM,
                        Check.DISK,
                        node.name(),
                        "writes are refused: " + left,
                        "free or add disk, or attach servers; writes are taken again by themselves");
            } else if (free < DISK_WARNING * total || free < 2 * node.number(Figure.DISK_RESERVE_BYTES)) {
                found(
                        Severity.WARNING,
                        Check.DISK,
                        node.name(),
                        left,
                        "add disk, or attach servers, before writes are refused (--disk-reserve)");
            }
        }
        return least == Long.MAX_VALUE ? "no server tells" : "at least " + StatusFormatter.bytes(least) + " are free";
    }

    private String memory() {
        long most = 0;
        for (Node node : seen.answering()) {
            long max = node.number(Figure.HEAP_MAX_BYTES);
            long live = node.number(Figure.HEAP_LIVE_BYTES);
            if (max <= 0) {
                continue;
            }
            most = Math.max(most, 100 * live / max);
            if (live > HEAP_WARNING * max) {
                found(
                        live > HEAP_PROBLEM * max ? Severity.PROBLEM : Severity.WARNING,
                        Check.MEMORY,
                        node.name(),
                        StatusFormatter.bytes(live) + " of the heap's " + StatusFormatter.bytes(max)
                                + " are in use after a collection",
                        "a larger heap (KUMO_JAVA_OPTS=-Xmx...), or a smaller --memory of the server");
            }
        }
        return "no heap is more than " + most + " % in use after a collection";
    }
}
