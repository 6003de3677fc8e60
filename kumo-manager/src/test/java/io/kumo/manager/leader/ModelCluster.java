package io.kumo.manager.leader;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.manager.leader.Command.Pending;
import io.kumo.manager.leader.ModelServer.Entry;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Servers that write, crash and copy by the leader's tables, with late reports and late tables, from one seed. What was
 * acknowledged must be in the log of every primary that begins to serve, unless its epoch says that it may not be.
 */
final class ModelCluster {
    static final int PARTITIONS = 8;
    private static final long TICK_MS = 100;
    private static final long REPORT_EVERY_MS = 1_000;

    private record Mail(long atMs, Runnable delivery) {}

    final Map<ServerId, ModelServer> servers = new TreeMap<>();
    final Leader leader;
    private final Random random;
    private final List<Mail> mail = new ArrayList<>();
    private final List<Set<Integer>> acknowledged = new ArrayList<>();
    private final long[] checkedEpoch = new long[PARTITIONS];
    private ReportBook book = new ReportBook(0);
    private Optional<ClusterTable> proposed = Optional.empty();
    private long proposedAtMs;
    ClusterTable committed = ClusterTable.birth("c0ffee", 3, PARTITIONS, List.of(new HostPort("m", 1)));
    private long nowMs;
    private int lastWrite;
    private final List<Pending> pending = new ArrayList<>();
    private List<Pending> carriedOut = List.of();
    private int commands;

    ModelCluster(int seed, LeaderOptions options) {
        this.random = new Random(seed);
        this.leader = new Leader(options);
        for (int i = 0; i < PARTITIONS; i++) {
            acknowledged.add(new HashSet<>());
        }
        book.onTable(committed);
    }

    void addServer(long id) {
        servers.put(new ServerId(id), new ModelServer(id, PARTITIONS));
    }

    /** Goes into the next decisions, until one of them is committed. */
    void command(Command command) {
        pending.add(new Pending(commands++, command));
    }

    /** Servers that were drained and still are. */
    List<String> drained() {
        return committed.orders().drained().stream().map(ServerId::toString).toList();
    }

    void tick() {
        nowMs += TICK_MS;
        List<Mail> due = mail.stream().filter(letter -> letter.atMs() <= nowMs).toList();
        mail.removeAll(due);
        due.forEach(letter -> letter.delivery().run());
        book.onView(servers.values().stream()
                .filter(ModelServer::isRunning)
                .map(server -> server.id)
                .collect(Collectors.toSet()));
        for (ModelServer server : servers.values()) {
            if (server.isRunning()) {
                if (random.nextInt(5) == 0 || nowMs - server.reportedMs >= REPORT_EVERY_MS) {
                    server.reportedMs = nowMs;
                    sendReport(server);
                }
                if (random.nextInt(4) == 0) {
                    server.sync();
                }
            }
        }
        for (int i = 0; i < PARTITIONS; i++) {
            serve(i);
        }
        lead();
    }

    private void sendReport(ModelServer server) {
        ServerReport report = server.report();
        Object connection = server.connection;
        post(300, () -> {
            if (server.connection == connection && server.up) {
                book.onReport(report, connection, nowMs);
            }
        });
    }

    private void post(int withinMs, Runnable delivery) {
        mail.add(new Mail(nowMs + random.nextInt(withinMs), delivery));
    }

    private void lead() {
        if (proposed.isPresent()) {
            if (nowMs < proposedAtMs + 200) {
                return;
            }
            ClusterTable table = proposed.get();
            proposed = Optional.empty();
            if (random.nextInt(10) == 0) {
                return; // a lost proposal
            }
            pending.removeAll(carriedOut);
            committed = table;
            book.onTable(table);
            servers.values().forEach(server -> post(600, () -> server.learn(table)));
        }
        if (random.nextInt(3) == 0) {
            Decision decision = leader.next(committed, book.observe(false, nowMs), List.copyOf(pending));
            carriedOut = List.copyOf(pending);
            proposed = decision.table();
            if (proposed.isEmpty()) {
                pending.clear();
            }
            proposedAtMs = nowMs;
        }
        if (random.nextInt(10) == 0) { // servers ask for a newer table from time to time
            ClusterTable table = committed;
            servers.values().forEach(server -> post(600, () -> server.learn(table)));
        }
    }

    boolean isAtRest() {
        return proposed.isEmpty()
                && committed.partitions().stream().allMatch(row -> row.joining().isEmpty())
                && leader.next(committed, book.observe(false, nowMs), List.of())
                        .table()
                        .isEmpty();
    }

    void changeLeader() {
        book = new ReportBook(nowMs);
        book.onTable(committed);
        proposed = Optional.empty();
    }

    void crash(ModelServer server, boolean lossy) {
        server.crash(lossy, random);
        book.onClosed(server.id, server.connection, nowMs);
    }

    /** What a partition's primary does in one turn, if it can. */
    private void serve(int partition) {
        for (ModelServer primary : servers.values()) {
            if (!primary.mayAct() || !primary.row(partition).isPrimary(primary.id)) {
                continue;
            }
            Partition row = primary.row(partition);
            List<ModelServer> copies = new ArrayList<>();
            for (ServerId id : row.inSync()) {
                copies.add(servers.get(id));
            }
            copies.remove(primary);
            if (primary.activeEpoch[partition] != row.epoch()) {
                if (copies.stream().allMatch(copy -> accepts(copy, row))) {
                    activate(primary, row, copies);
                }
                continue;
            }
            catchUp(primary, row);
            write(primary, row, copies);
        }
    }

    private boolean accepts(ModelServer copy, Partition row) {
        return copy.mayAct()
                && copy.row(row.id()).epoch() == row.epoch()
                && copy.row(row.id()).names(copy.id);
    }

    private void activate(ModelServer primary, Partition row, List<ModelServer> copies) {
        int partition = row.id();
        Set<Integer> there =
                primary.logs.get(partition).stream().map(Entry::write).collect(Collectors.toSet());
        if (row.epoch() >= checkedEpoch[partition] + Restarts.LOSS) {
            acknowledged.get(partition).retainAll(there);
        }
        checkedEpoch[partition] = Math.max(checkedEpoch[partition], row.epoch());
        assertTrue(
                there.containsAll(acknowledged.get(partition)),
                () -> "acknowledged writes are missing: partition " + row + " on " + primary.id);
        copies.forEach(copy -> copyLog(primary, copy, partition));
        primary.activeEpoch[partition] = row.epoch();
    }

    private static void copyLog(ModelServer from, ModelServer to, int partition) {
        to.logs.set(partition, new ArrayList<>(from.logs.get(partition)));
        to.durable[partition] =
                Math.min(to.durable[partition], to.logs.get(partition).size());
    }

    private void catchUp(ModelServer primary, Partition row) {
        for (ServerId id : row.joining()) {
            ModelServer joiner = servers.get(id);
            if (accepts(joiner, row) && random.nextInt(3) == 0) {
                copyLog(primary, joiner, row.id());
                primary.promised.get(row.id()).add(id);
                sendReport(primary);
            }
        }
    }

    private void write(ModelServer primary, Partition row, List<ModelServer> copies) {
        int partition = row.id();
        List<ModelServer> needed = new ArrayList<>(copies);
        primary.promised.get(partition).forEach(id -> needed.add(servers.get(id)));
        primary.logs.get(partition).add(new Entry(row.epoch(), ++lastWrite));
        List<ModelServer> reached = needed.stream()
                .filter(copy -> accepts(copy, row) && random.nextInt(8) > 0)
                .toList();
        reached.forEach(copy -> copyLog(primary, copy, partition));
        if (reached.size() == needed.size()) {
            primary.logs
                    .get(partition)
                    .forEach(entry -> acknowledged.get(partition).add(entry.write()));
        }
    }
}
