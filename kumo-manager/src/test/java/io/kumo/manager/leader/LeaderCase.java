package io.kumo.manager.leader;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kumo.base.HostPort;
import io.kumo.manager.leader.Command.Answer;
import io.kumo.manager.leader.Command.Pending;
import io.kumo.protocol.ControlMessages.CopyReport;
import io.kumo.protocol.ControlMessages.Position;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.LoadMessages.ServerLoad;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Servers that report and a table that follows what the leader decides, for tests of the leader. */
abstract class LeaderCase {
    static final ServerId A = new ServerId(1);
    static final ServerId B = new ServerId(2);
    static final ServerId C = new ServerId(3);
    static final ServerId D = new ServerId(4);
    static final int PARTITIONS = 16;

    private final Leader leader = new Leader(LeaderOptions.DEFAULT);
    private final Map<ServerId, Object> connections = new HashMap<>();
    private final Set<ServerId> view = new HashSet<>();
    final ReportBook book = new ReportBook(0);
    long nowMs = 10;
    ClusterTable table = ClusterTable.birth("c0ffee", 3, PARTITIONS, List.of(new HostPort("m", 19700)));

    void attached(ServerId... ids) {
        reports(ids);
        decide(new Command.Attach(true, List.of()));
        reports(ids);
    }

    void reports(ServerId... ids) {
        for (ServerId id : ids) {
            view.add(id);
            report(id, new ServerReportBuilder(id));
        }
    }

    void report(ServerId id, ServerReportBuilder report) {
        view.add(id);
        book.onReport(report.build(), connection(id), nowMs);
    }

    /** It reports by a new connection, and nobody saw the old one end. */
    void reportAnew(ServerId id, ServerReportBuilder report) {
        connections.remove(id);
        report(id, report);
    }

    Object connection(ServerId id) {
        return connections.computeIfAbsent(id, missing -> new Object());
    }

    /** It is killed: its connection closes, the group drops it, its grace passes. */
    void killed(ServerId id) {
        book.onClosed(id, connections.remove(id), nowMs);
        view.remove(id);
        nowMs += 300;
    }

    void passMs(long ms) {
        nowMs += ms;
    }

    /** What the leader would do with the table as it is; nothing is committed. */
    Decision next(Command... commands) {
        List<Pending> pending = IntStream.range(0, commands.length)
                .mapToObj(i -> new Pending(i, commands[i]))
                .toList();
        return leader.next(table, observe(), pending);
    }

    /** Decides until nothing changes; joiners catch up at once. */
    void settle(ServerId... alive) {
        for (int rounds = 0; rounds < 200; rounds++) {
            long version = table.version();
            for (ServerId id : alive) {
                report(id, new ServerReportBuilder(id).joined());
            }
            decide();
            if (table.version() == version) {
                return;
            }
        }
        throw new AssertionError("no end in sight: " + table);
    }

    /** What is decided with these commands; the next table is committed. */
    List<Answer> decide(Command... commands) {
        Decision decision = next(commands);
        decision.table().ifPresent(next -> {
            assertEquals(table.version() + 1, next.version());
            table = next;
            book.onTable(next);
        });
        return decision.answers();
    }

    Leader leader() {
        return leader;
    }

    Observations observe() {
        book.onView(view);
        return book.observe(false, nowMs);
    }

    int primaries(ServerId id) {
        return (int)
                table.partitions().stream().filter(row -> row.isPrimary(id)).count();
    }

    int copies(ServerId id) {
        return (int) table.partitions().stream()
                .filter(row -> row.inSync().contains(id))
                .count();
    }

    /** What a server says of itself: by default what a healthy one would. */
    final class ServerReportBuilder {
        private final ServerId id;
        private long incarnation;
        private boolean intact = true;
        private List<Position> positions = List.of();
        private List<CopyReport> joined = List.of();
        private List<CopyReport> unresponsive = List.of();
        private int minCopies = 1;
        private boolean stopping;
        private List<CopyReport> damaged = List.of();
        private long tableVersion = table.version();

        ServerReportBuilder(ServerId id) {
            this.id = id;
            this.incarnation = table.server(id).map(ServerInfo::incarnation).orElse(1L);
        }

        /** Restarted, and has all that it had. */
        ServerReportBuilder restarted() {
            incarnation++;
            return this;
        }

        /** Restarted with a log that may lack its end. */
        ServerReportBuilder lossy(long seq) {
            return lossyWithNothing().at(1, seq);
        }

        /** The same, and it knows nothing of any partition. */
        ServerReportBuilder lossyWithNothing() {
            intact = false;
            return restarted();
        }

        ServerReportBuilder at(long epoch, long seq) {
            positions = IntStream.range(0, PARTITIONS)
                    .mapToObj(i -> new Position(i, epoch, seq))
                    .toList();
            return this;
        }

        /** It can't read what it has of that partition. */
        ServerReportBuilder unreadable(int partition) {
            positions = positions.stream()
                    .filter(position -> position.partition() != partition)
                    .toList();
            return damaged(partition);
        }

        /** Its joiners have all. */
        ServerReportBuilder joined() {
            joined = table.partitions().stream()
                    .filter(row -> row.isPrimary(id))
                    .flatMap(row -> row.joining().stream().map(copy -> word(row, copy)))
                    .toList();
            return this;
        }

        ServerReportBuilder joined(CopyReport word) {
            joined = List.of(word);
            return this;
        }

        ServerReportBuilder unresponsive(CopyReport word) {
            unresponsive = List.of(word);
            return this;
        }

        /** It had not heard of the newest table when it said so. */
        ServerReportBuilder old() {
            tableVersion--;
            return this;
        }

        private CopyReport word(Partition row, ServerId copy) {
            return new CopyReport(row.id(), row.epoch(), copy);
        }

        ServerReportBuilder minCopies(int count) {
            minCopies = count;
            return this;
        }

        ServerReportBuilder stopping() {
            stopping = true;
            return this;
        }

        /** It says so of its copies of these partitions. */
        ServerReportBuilder damaged(int... partitions) {
            damaged = IntStream.of(partitions)
                    .mapToObj(partition -> word(table.partition(partition), id))
                    .toList();
            return this;
        }

        ServerReport build() {
            HostPort address = new HostPort("s" + id.value(), 19800);
            return new ServerReport(
                    id,
                    address,
                    incarnation,
                    "",
                    "",
                    tableVersion,
                    intact,
                    10,
                    16_000,
                    0,
                    0,
                    positions,
                    joined,
                    unresponsive,
                    minCopies,
                    stopping,
                    damaged,
                    ServerLoad.NONE);
        }
    }
}
