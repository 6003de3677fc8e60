package io.kumo.sim;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import io.kumo.sim.History.Op;
import io.kumo.sim.SimGateway.Flight;
import io.kumo.table.PartitionHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Clients of one gateway: each has one operation under way, on few keys that many want, or writes a key of its own
 * once.
 */
final class Workload {
    private static final int HOT_KEYS = 6;
    private static final int MOST_PER_KEY = 400;
    /** Far beyond any jump of a wall clock. */
    private static final long EXPTIME_SEC = 20 * 24 * 3600;

    private final SimCluster cluster;
    private final SimGateway gateway;
    private final Random random;
    private final boolean flushes;
    private final long pauseNs;
    private final History history = new History();
    private final Map<String, Long> seenCas = new HashMap<>();
    /** Keys that were set once, by their values; acknowledged ones only. */
    private final Map<String, String> kept = new TreeMap<>();

    private boolean isStopped;
    private int running;
    private int written;

    Workload(SimCluster cluster, SimGateway gateway, boolean flushes, long pauseNs) {
        this.cluster = cluster;
        this.gateway = gateway;
        this.random = cluster.time().random();
        this.flushes = flushes;
        this.pauseNs = pauseNs;
    }

    History history() {
        return history;
    }

    Map<String, String> kept() {
        return kept;
    }

    boolean isIdle() {
        return running == 0;
    }

    void stop() {
        isStopped = true;
    }

    void start(int clients) {
        for (int i = 0; i < clients; i++) {
            next(gateway.process.name + "." + i);
        }
    }

    /** The gateway died: what its clients asked for has no answer any more. */
    void onDeath() {
        running = 0;
    }

    private void next(String client) {
        gateway.process.after(cluster.time().between(SimTime.MS, pauseNs), () -> {
            if (!isStopped) {
                begin(client);
            }
        });
    }

    private void begin(String client) {
        int dice = random.nextInt(100);
        if (dice < 25 && !flushes) {
            setOnce(client);
            return;
        }
        if (dice < 2) {
            flush(client);
            return;
        }
        int number = random.nextInt(HOT_KEYS);
        String key = "nlr".charAt(number % 3) + "" + number;
        if (history.byKey().getOrDefault(key, List.of()).size() > MOST_PER_KEY) {
            next(client);
        } else {
            begin(client, key);
        }
    }

    private void begin(String client, String key) {
        int dice = random.nextInt(100);
        String unique = client.substring(client.length() - 3) + ":" + ++written + ";";
        if (dice < 30) {
            begin(client, key, null, "", 0);
        } else if (dice < 34) {
            begin(client, key, WriteKind.DELETE, "", 0);
        } else if (dice < 38) {
            begin(client, key, random.nextBoolean() ? WriteKind.TOUCH : WriteKind.GET_AND_TOUCH, "", 0);
        } else if (key.charAt(0) == 'n') {
            WriteKind kind = dice < 46 ? WriteKind.ADD : dice < 90 ? WriteKind.INCR : WriteKind.DECR;
            boolean counts = kind != WriteKind.ADD;
            begin(client, key, kind, counts ? "" : "" + random.nextInt(1000), counts ? 1 + random.nextInt(9) : 0);
        } else if (key.charAt(0) == 'l') {
            WriteKind kind = dice < 50 ? WriteKind.ADD : dice < 55 ? WriteKind.SET : WriteKind.APPEND;
            begin(client, key, dice > 92 ? WriteKind.PREPEND : kind, unique, 0);
        } else if (dice < 60 && seenCas.containsKey(key)) {
            begin(client, key, WriteKind.CAS, unique, seenCas.get(key));
        } else {
            WriteKind kind = dice < 72 ? WriteKind.ADD : dice < 78 ? WriteKind.REPLACE : WriteKind.SET;
            begin(client, key, kind, unique, 0);
        }
    }

    private void begin(String client, String key, WriteKind kind, String value, long argument) {
        Op op = new Op(client, kind, value, argument, cluster.time().nowNs());
        history.add(key, op);
        send(client, kind, key, value, argument, new Ending(client, key, List.of(op)));
    }

    private void send(String client, WriteKind kind, String key, String value, long argument, Ending ending) {
        boolean touches = kind == WriteKind.TOUCH || kind == WriteKind.GET_AND_TOUCH;
        long exptime = touches ? EXPTIME_SEC + random.nextInt(1000) : 0;
        Bytes name = Bytes.utf8(key);
        running++;
        cluster.trace()
                .note(
                        written,
                        6,
                        () -> client + " asks " + (kind == null ? "GET" : kind) + " " + key + " " + value + " "
                                + argument);
        begin(
                kind == null
                        ? new Flight(name, ending)
                        : new Flight(kind, name, exptime, argument, Bytes.utf8(value), ending),
                ending.ops);
    }

    private void begin(Flight flight, List<Op> ops) {
        for (Op op : ops) {
            op.session = gateway.session();
        }
        gateway.begin(flight);
        for (Op op : ops) {
            op.counter = flight.counter();
        }
    }

    private void flush(String client) {
        int partition = random.nextInt(cluster.partitionCount());
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < HOT_KEYS; i++) {
            String key = "nlr".charAt(i % 3) + "" + i;
            if (PartitionHash.partitionOf(Bytes.utf8(key), cluster.partitionCount()) == partition) {
                Op op = new Op(client, WriteKind.FLUSH, "", 0, cluster.time().nowNs());
                history.add(key, op);
                ops.add(op);
            }
        }
        Flight flight = new Flight(WriteKind.FLUSH, Bytes.EMPTY, 0, 0, Bytes.EMPTY, new Ending(client, "", ops));
        flight.atPartition(partition);
        running++;
        begin(flight, ops);
    }

    /** A key that nobody else writes; never deleted. */
    private void setOnce(String client) {
        String key = "once-" + client + "-" + ++written;
        String value = "v" + written + "x".repeat(random.nextInt(40));
        Ending ending = new Ending(client, key, List.of()) {
            @Override
            public void wrote(WriteResult result) {
                if (result.status() == WriteStatus.DONE) {
                    kept.put(key, value);
                }
                super.wrote(result);
            }
        };
        send(client, WriteKind.SET, key, value, 0, ending);
    }

    /** Reads a key until that succeeds, then tells. */
    void read(String key, Runnable success) {
        Op op = new Op("reader", null, "", 0, cluster.time().nowNs());
        Ending ending = new Ending("", key, List.of(op)) {
            @Override
            public void got(GetResult result) {
                super.got(result);
                if (kept.containsKey(key)) {
                    checkKept(key, result);
                } else {
                    history.add(key, op);
                }
                success.run();
            }

            @Override
            public void failed(boolean maybeDone) {
                super.failed(maybeDone);
                gateway.process.after(100 * SimTime.MS, () -> read(key, success));
            }
        };
        running++;
        gateway.begin(new Flight(Bytes.utf8(key), ending));
    }

    private void checkKept(String key, GetResult result) {
        int partition = PartitionHash.partitionOf(Bytes.utf8(key), cluster.partitionCount());
        if (!cluster.invariants().isLossy(partition)
                && !(result.found() && result.value().toUtf8().equals(kept.get(key)))) {
            cluster.invariants()
                    .fail("lost: " + key + " was acknowledged as '" + kept.get(key) + "', is now '" + result.value()
                            + "'");
        }
    }

    /** Where the answer goes. */
    private class Ending implements SimGateway.End {
        private final String client;
        private final String key;
        private final List<Op> ops;

        Ending(String client, String key, List<Op> ops) {
            this.client = client;
            this.key = key;
            this.ops = ops;
        }

        @Override
        public void got(GetResult result) {
            long now = cluster.time().nowNs();
            ops.forEach(op -> op.got(result, now));
            cluster.trace()
                    .note(
                            result.cas(),
                            7,
                            () -> client + " got " + key + " '" + result.value() + "' cas " + result.cas());
            if (result.found()) {
                seenCas.put(key, result.cas());
            }
            end();
        }

        @Override
        public void wrote(WriteResult result) {
            long now = cluster.time().nowNs();
            ops.forEach(op -> op.wrote(result, now));
            cluster.trace()
                    .note(
                            result.cas(),
                            8,
                            () -> client + " wrote " + key + " " + result.status() + " cas " + result.cas());
            end();
        }

        @Override
        public void failed(boolean maybeDone) {
            ops.forEach(op -> op.isVoid = !maybeDone);
            cluster.trace().note(0, 9, () -> client + " failed " + key + (maybeDone ? ", perhaps done" : ""));
            cluster.invariants().count("failed operations");
            end();
        }

        private void end() {
            running--;
            if (!client.isEmpty()) {
                next(client);
            }
        }
    }
}
