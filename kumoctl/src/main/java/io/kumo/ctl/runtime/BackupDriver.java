package io.kumo.ctl.runtime;

import io.kumo.backup.BackupFormat;
import io.kumo.backup.BackupHeader;
import io.kumo.backup.BackupManifest;
import io.kumo.backup.BackupPiece;
import io.kumo.backup.BackupPoint;
import io.kumo.base.Bytes;
import io.kumo.ctl.BackupPlan;
import io.kumo.ctl.BackupText;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.error.Outcome;
import io.kumo.protocol.BackupMessages.BackupAssign;
import io.kumo.protocol.BackupMessages.BackupBegin;
import io.kumo.protocol.BackupMessages.BackupCommit;
import io.kumo.protocol.BackupMessages.BackupDelete;
import io.kumo.protocol.BackupMessages.BackupOutcome;
import io.kumo.protocol.BackupMessages.BackupProgress;
import io.kumo.protocol.BackupMessages.BackupProgressResult;
import io.kumo.protocol.BackupMessages.BackupSeal;
import io.kumo.protocol.BackupMessages.BackupSealed;
import io.kumo.protocol.BackupMessages.BackupTask;
import io.kumo.protocol.Call;
import io.kumo.protocol.Message;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * One backup from its begin to its end: gives partitions to servers, follows them, gives those of a server that died to
 * others, and makes the backup whole. If that can't be done, nothing is left of it.
 */
final class BackupDriver {
    private static final long POLL_MS = 200;
    private static final long LOST_NS = 10_000_000_000L;
    private static final long PATIENCE_NS = 60_000_000_000L;
    private static final long LONG_MS = 180_000;
    private static final int MOST_ATTEMPTS = 8;

    /** A server that writes. */
    private static final class Writer {
        private final ServerInfo info;
        private final String path;
        private final Set<Integer> pending = new TreeSet<>();
        private final Map<Integer, BackupPiece> pieces = new TreeMap<>();
        private int outcomes;
        private long rawBytes;
        private long heardNs = System.nanoTime();

        Writer(ServerInfo info, String path) {
            this.info = info;
            this.path = path;
        }
    }

    private final Invocation run;
    private final ManagerClient client;
    private final String name;
    private final String base;
    private final String directory;
    private final IntFunction<Optional<BackupPoint>> since;
    private final long id = new SecureRandom().nextLong();
    private final long timeMs = System.currentTimeMillis();
    private final long beganNs = System.nanoTime();
    private final Map<ServerId, Writer> writers = new TreeMap<>();
    private final Set<ServerId> lost = new HashSet<>();
    private final Map<Integer, Set<ServerId>> avoided = new HashMap<>();
    private final Map<Integer, Integer> attempts = new HashMap<>();
    private final ProgressLine line;
    private ClusterTable table;
    private long stuckSinceNs;

    BackupDriver(Invocation run, String name, String base, IntFunction<Optional<BackupPoint>> since) {
        this.run = run;
        this.client = run.client();
        this.name = name;
        this.base = base;
        this.directory = run.options().value(BackupCommands.TO);
        this.since = since;
        this.line = new ProgressLine(run.out());
        this.table = client.table();
    }

    int run(ClusterTable begun) {
        table = begun;
        try {
            write();
            commit(seal());
        } catch (KumoException e) {
            line.end("the backup failed, and what there was of it is deleted");
            cancel();
            throw e;
        }
        long entries = writers.values().stream()
                .flatMap(writer -> writer.pieces.values().stream())
                .mapToLong(BackupPiece::entries)
                .sum();
        line.end(progress());
        run.out()
                .println("backup " + name + " is whole: " + table.partitionCount() + " partitions, " + entries
                        + " entries" + notes());
        writers.values()
                .forEach(writer -> run.out().println("    server " + writer.info.address() + ": " + writer.path));
        return 0;
    }

    private String notes() {
        long whole = writers.values().stream()
                .flatMap(writer -> writer.pieces.values().stream())
                .filter(BackupPiece::isWhole)
                .count();
        return base.isEmpty() ? "" : ", " + whole + " of them whole, the others since " + base;
    }

    private void write() {
        assign(IntStream.range(0, table.partitionCount()).boxed().toList());
        while (done() < table.partitionCount()) {
            Set<Integer> again = new TreeSet<>();
            for (Writer writer : List.copyOf(writers.values())) {
                poll(writer, again);
            }
            line.showSometimes(progress());
            if (!again.isEmpty()) {
                table = client.table();
                assign(again);
            }
            if (!Pause.ms(POLL_MS)) {
                throw new KumoException(ErrorCode.SHUTTING_DOWN, "interrupted");
            }
        }
    }

    private int done() {
        return writers.values().stream()
                .mapToInt(writer -> writer.pieces.size())
                .sum();
    }

    private String progress() {
        long bytes =
                writers.values().stream().mapToLong(writer -> writer.rawBytes).sum();
        return BackupText.progress("partitions", done(), table.partitionCount(), bytes, System.nanoTime() - beganNs);
    }

    private void assign(Collection<Integer> partitions) {
        List<Integer> left = new ArrayList<>(partitions);
        stuckSinceNs = System.nanoTime();
        while (!left.isEmpty()) {
            BackupPlan.Plan plan = BackupPlan.of(table, left, lost, avoided);
            left = new ArrayList<>(plan.impossible());
            for (Map.Entry<ServerId, List<Integer>> task : plan.tasks().entrySet()) {
                if (!assign(task.getKey(), task.getValue())) {
                    left.addAll(task.getValue());
                }
            }
            if (!plan.impossible().isEmpty()) {
                if (System.nanoTime() - stuckSinceNs > PATIENCE_NS || !Pause.ms(POLL_MS)) {
                    throw new KumoException(
                            ErrorCode.NO_PRIMARY,
                            "partition " + plan.impossible().get(0) + ": no server that could write it has it in sync");
                }
                table = client.table();
            }
        }
    }

    private boolean assign(ServerId server, List<Integer> partitions) {
        List<BackupTask> tasks = new ArrayList<>();
        for (int partition : partitions) {
            BackupPoint point = since.apply(partition).orElse(BackupPoint.START);
            tasks.add(new BackupTask(partition, point.epoch(), point.seq()));
        }
        ServerInfo info = table.server(server).orElseThrow();
        try {
            Writer writer = writers.get(server);
            if (writer == null) {
                writer = new Writer(info, client.ask(info.address(), begin()).path());
                writers.put(server, writer);
            }
            client.ask(info.address(), new BackupAssign(id, tasks));
            writer.pending.addAll(partitions);
            return true;
        } catch (KumoException e) {
            if (!isGone(e)) {
                throw new KumoException(e.code(), "server " + info.address() + ": " + e.getMessage(), e);
            }
            lose(server, e.getMessage());
            return false;
        }
    }

    private BackupBegin begin() {
        return new BackupBegin(
                id,
                name,
                directory,
                table.clusterId(),
                table.partitionCount(),
                table.version(),
                timeMs,
                run.options().value(BackupCommands.RATE));
    }

    /** Whether the server, and not the backup, is what failed. */
    private static boolean isGone(KumoException e) {
        return e.code().outcome() == Outcome.NOT_DONE || e.code().outcome() == Outcome.UNKNOWN;
    }

    private void poll(Writer writer, Set<Integer> again) {
        BackupProgressResult result;
        try {
            result = client.ask(writer.info.address(), new BackupProgress(id, writer.outcomes));
        } catch (KumoException e) {
            ServerId server = writer.info.id();
            boolean isOther = client.table()
                    .server(server)
                    .map(now -> !now.isAlive() || now.incarnation() != writer.info.incarnation())
                    .orElse(true);
            if (!isGone(e) && !isOther) {
                throw new KumoException(e.code(), "server " + writer.info.address() + ": " + e.getMessage(), e);
            }
            if (isOther || System.nanoTime() - writer.heardNs > LOST_NS) {
                again.addAll(writer.pending);
                again.addAll(writer.pieces.keySet());
                lose(server, e.getMessage());
            }
            return;
        }
        writer.heardNs = System.nanoTime();
        writer.rawBytes = result.rawBytes();
        writer.outcomes += result.outcomes().size();
        for (BackupOutcome outcome : result.outcomes()) {
            writer.pending.remove(outcome.partition());
            if (outcome.failure().isEmpty()) {
                writer.pieces.put(outcome.partition(), BackupPiece.parse(outcome.piece()));
            } else {
                failed(writer, outcome);
                again.add(outcome.partition());
            }
        }
    }

    private void failed(Writer writer, BackupOutcome outcome) {
        avoided.computeIfAbsent(outcome.partition(), none -> new HashSet<>()).add(writer.info.id());
        if (attempts.merge(outcome.partition(), 1, Integer::sum) >= MOST_ATTEMPTS) {
            throw new KumoException(
                    ErrorCode.REFUSED,
                    "partition " + outcome.partition() + " can't be written: " + outcome.failure() + " (server "
                            + writer.info.address() + ")");
        }
    }

    /** What it wrote counts for nothing: its partitions are written again by others. */
    private void lose(ServerId server, String why) {
        writers.remove(server);
        lost.add(server);
        String address =
                table.server(server).map(info -> info.address().toString()).orElse(server.toString());
        line.end("server " + address + " is lost, others write its partitions: " + why);
    }

    private BackupManifest seal() {
        List<BackupManifest.File> files = new ArrayList<>();
        for (Writer writer : writers.values()) {
            BackupSealed sealed = ask(writer, new BackupSeal(id));
            files.add(new BackupManifest.File(
                    sealed.file(),
                    writer.info.id().toString(),
                    sealed.bytes(),
                    sealed.digest(),
                    List.copyOf(writer.pieces.values())));
        }
        BackupHeader header = new BackupHeader(
                name, id, table.clusterId(), BackupManifest.ALL, table.partitionCount(), table.version(), timeMs);
        return new BackupManifest(header, base, files);
    }

    private void commit(BackupManifest manifest) {
        Bytes encoded = manifest.encode();
        BackupManifest.decode(name + BackupFormat.SUFFIX, encoded);
        for (Writer writer : writers.values()) {
            ask(writer, new BackupCommit(id, encoded));
        }
    }

    private <R extends Message> R ask(Writer writer, Call<R> call) {
        try {
            return client.ask(writer.info.address(), call, LONG_MS);
        } catch (KumoException e) {
            throw new KumoException(
                    e.code(), "server " + writer.info.address() + ": " + e.getMessage() + ": run the backup again", e);
        }
    }

    /** Everywhere, as far as servers answer; those that don't give it up by themselves. */
    private void cancel() {
        for (Writer writer : writers.values()) {
            try {
                client.ask(writer.info.address(), new BackupDelete(directory, name), LONG_MS);
            } catch (KumoException e) {
                run.out().println("server " + writer.info.address() + " may have a part of it left: " + e.getMessage());
            }
        }
    }
}
