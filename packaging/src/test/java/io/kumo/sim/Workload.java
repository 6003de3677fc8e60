package io.kumo.sim;

import io.kumo.base.Bytes;
import io.kumo.gateway.memcached.MetaCommand;
import io.kumo.gateway.route.KeyOrder;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.LogEntry;
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
 * Clients of one gateway: each has one command under way, or some at once in a pipeline, on few keys that many want, or
 * writes a key of its own once. The first letter of a key says what is done with it: n counts, l grows, r is replaced
 * and compared, x expires, a is written asynchronously; m and c are for meta commands, and numbers with these.
 */
final class Workload {
    /** No answer of such a key is a promise. */
    static final char ASYNC = 'a';

    private static final int MOST_PER_KEY = 400;
    /** Far beyond any jump of a wall clock. */
    private static final long EXPTIME_SEC = 20 * 24 * 3600;

    private final SimCluster cluster;
    private final SimGateway gateway;
    private final Random random;
    private final Habits habits;
    private final History history = new History();
    private final Map<String, Long> seenCas = new HashMap<>();
    private final MetaWords metaWords;
    /** Keys that were set once, by their values; acknowledged ones only. */
    private final Map<String, String> kept = new TreeMap<>();

    private boolean isStopped;
    private boolean hasPlannedFlushes;
    private int running;
    private int written;

    /**
     * What the clients of a run do.
     *
     * @param keys that many want
     * @param flushes whether whole partitions are emptied
     * @param pauseNs between two commands, at most
     */
    record Habits(List<String> keys, boolean flushes, long pauseNs) {
        static Habits choose(SimTime time, int partitionCount) {
            List<String> keys = new ArrayList<>(List.of("n0", "l1", "r2", "n3", "l4", "r5", "x6", "x7"));
            if (time.chance(0.3)) {
                keys.add(ASYNC + "8");
            }
            if (time.chance(0.5)) {
                keys.addAll(List.of("m9", "c10", "m11"));
            }
            if (time.chance(0.3)) { // all in one partition
                keys.replaceAll(key -> firstIn(partitionOf("n0", partitionCount), partitionCount, key));
            }
            return new Habits(keys, time.chance(0.2), time.between(20 * SimTime.MS, 300 * SimTime.MS));
        }

        /** Where the keys lie. */
        List<Integer> partitions(int partitionCount) {
            return keys.stream().map(key -> partitionOf(key, partitionCount)).toList();
        }
    }

    /** A client's connection: what it has under way. */
    private static final class Client {
        final String name;
        final KeyOrder<Flight> order = new KeyOrder<>();
        int open;

        Client(String name) {
            this.name = name;
        }
    }

    Workload(SimCluster cluster, SimGateway gateway, Habits habits) {
        this.cluster = cluster;
        this.gateway = gateway;
        this.random = cluster.time().random();
        this.metaWords = new MetaWords(random);
        this.habits = habits;
    }

    History history() {
        return history;
    }

    Map<String, String> kept() {
        return kept;
    }

    /** Whether a flush_all with a delay was asked for. */
    boolean hasPlannedFlushes() {
        return hasPlannedFlushes;
    }

    boolean isIdle() {
        return running == 0;
    }

    void stop() {
        isStopped = true;
    }

    void start(int clients) {
        for (int i = 0; i < clients; i++) {
            next(new Client(gateway.process.name + "." + i));
        }
    }

    /** The gateway died: what its clients asked for has no answer any more. */
    void onDeath() {
        running = 0;
    }

    private void next(Client client) {
        gateway.process.after(cluster.time().between(SimTime.MS, habits.pauseNs()), () -> {
            if (!isStopped) {
                begin(client);
            }
        });
    }

    private void begin(Client client) {
        int dice = random.nextInt(100);
        if (dice < 25 && !habits.flushes()) {
            setOnce(client);
        } else if (dice < 2) {
            flush(client);
        } else {
            int count = dice < 34 ? 2 + random.nextInt(3) : 1;
            boolean isMultiGet = count > 1 && random.nextBoolean();
            Map<String, List<Op>> burst = new HashMap<>();
            client.open++; // for the loop
            for (int i = 0; i < count; i++) {
                String key = habits.keys().get(random.nextInt(habits.keys().size()));
                if (history.byKey().getOrDefault(key, List.of()).size() <= MOST_PER_KEY) {
                    begin(client, key, isMultiGet, burst);
                }
            }
            end(client);
        }
    }

    /** One of the commands that a client sends at once. */
    private void begin(Client client, String key, boolean isGet, Map<String, List<Op>> burst) {
        Op op = isGet ? op(client, null, "", 0) : choose(client, key);
        List<Op> earlier = burst.computeIfAbsent(key, none -> new ArrayList<>());
        earlier.stream()
                .filter(other -> !op.isMostlyRead() || !other.isMostlyRead())
                .forEach(op.after::add);
        earlier.add(op);
        history.add(key, op);
        send(client, op, key);
    }

    private Op op(Client client, WriteKind kind, String value, long argument) {
        return new Op(client.name, kind, value, argument, cluster.time().nowNs());
    }

    private Op choose(Client client, String key) {
        int dice = random.nextInt(100);
        String unique = client.name.substring(client.name.length() - 3) + ":" + ++written + ";";
        boolean isMeta = key.charAt(0) == 'm' || key.charAt(0) == 'c';
        if (isMeta && dice < 85) {
            MetaCommand command = metaWords.choose(key, unique, seenCas.getOrDefault(key, 0L), key.charAt(0) == 'c');
            return Op.of(client.name, command, cluster.time().nowNs());
        } else if (isMeta && dice < 92) {
            return op(client, WriteKind.SET, key.charAt(0) == 'c' ? "" + random.nextInt(2000) : unique, 0);
        } else if (dice < 30 || isMeta) {
            return op(client, null, "", 0);
        } else if (dice < 34) {
            return op(client, WriteKind.DELETE, "", 0);
        } else if (key.charAt(0) == 'x') {
            return chooseExpiring(client, dice, unique);
        } else if (dice < 38) {
            return op(client, random.nextBoolean() ? WriteKind.TOUCH : WriteKind.GET_AND_TOUCH, "", 0);
        } else if (key.charAt(0) == 'n') {
            WriteKind kind = dice < 46 ? WriteKind.ADD : dice < 90 ? WriteKind.INCR : WriteKind.DECR;
            boolean counts = kind != WriteKind.ADD;
            return op(client, kind, counts ? "" : "" + random.nextInt(1000), counts ? 1 + random.nextInt(9) : 0);
        } else if (key.charAt(0) == 'l' || key.charAt(0) == ASYNC) {
            WriteKind kind = dice < 50 ? WriteKind.ADD : dice < 55 ? WriteKind.SET : WriteKind.APPEND;
            return op(client, dice > 92 ? WriteKind.PREPEND : kind, unique, 0);
        } else if (dice < 60 && seenCas.containsKey(key)) {
            return op(client, WriteKind.CAS, unique, seenCas.get(key));
        }
        WriteKind kind = dice < 72 ? WriteKind.ADD : dice < 78 ? WriteKind.REPLACE : WriteKind.SET;
        return op(client, kind, unique, 0);
    }

    private Op chooseExpiring(Client client, int dice, String unique) {
        Op op;
        if (dice < 50) {
            op = op(client, random.nextBoolean() ? WriteKind.TOUCH : WriteKind.GET_AND_TOUCH, "", 0);
        } else if (dice < 60) {
            return op(client, WriteKind.APPEND, unique, 0);
        } else {
            WriteKind kind = dice < 75 ? WriteKind.ADD : dice < 80 ? WriteKind.REPLACE : WriteKind.SET;
            op = op(client, kind, unique, 0);
        }
        op.exptimeSec = dice % 7 == 0 ? -1 : dice % 5 == 0 ? 0 : 1 + random.nextInt(4);
        return op;
    }

    private void send(Client client, Op op, String key) {
        boolean touches = op.kind == WriteKind.TOUCH || op.kind == WriteKind.GET_AND_TOUCH;
        long exptime = touches && key.charAt(0) != 'x' ? EXPTIME_SEC + random.nextInt(1000) : op.exptimeSec;
        cluster.trace()
                .note(
                        written,
                        6,
                        () -> client.name + " asks " + op.asked() + " " + key + " " + op.value + " " + op.argument
                                + (exptime == 0 ? "" : " for " + exptime + " s"));
        Ending ending = new Ending(client, key, List.of(op));
        Bytes name = Bytes.utf8(key);
        Flight flight = op.meta != null
                ? new Flight(name, op.meta, ending)
                : op.kind == null
                        ? new Flight(name, ending)
                        : new Flight(op.kind, name, exptime, op.argument, Bytes.utf8(op.value), ending);
        if (key.charAt(0) == ASYNC) {
            flight.makeAsync();
        }
        start(client, flight);
    }

    private void start(Client client, Flight flight) {
        running++;
        client.open++;
        gateway.begin(flight, client.order);
    }

    private void end(Client client) {
        client.open--;
        if (client.open == 0) {
            next(client);
        }
    }

    private void flush(Client client) {
        int partition = random.nextInt(cluster.partitionCount());
        // One with a delay happens at some time after its answer, or never if another one follows: as if unanswered.
        long delaySec = random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0;
        hasPlannedFlushes |= delaySec > 0;
        List<Op> answered = new ArrayList<>();
        for (String key : habits.keys()) {
            if (partitionOf(key) == partition) {
                Op op = op(client, WriteKind.FLUSH, "", 0);
                history.add(key, op);
                if (delaySec == 0) {
                    answered.add(op);
                }
            }
        }
        Ending ending = new Ending(client, "", answered);
        Flight flight = new Flight(WriteKind.FLUSH, Bytes.EMPTY, delaySec, 0, Bytes.EMPTY, ending);
        flight.atPartition(partition);
        start(client, flight);
    }

    private int partitionOf(String key) {
        return partitionOf(key, cluster.partitionCount());
    }

    private static int partitionOf(String key, int partitionCount) {
        return PartitionHash.partitionOf(Bytes.utf8(key), partitionCount);
    }

    /** A key that begins so, in that partition. */
    private static String firstIn(int partition, int partitionCount, String prefix) {
        int number = 0;
        while (partitionOf(prefix + "-" + number, partitionCount) != partition) {
            number++;
        }
        return prefix + "-" + number;
    }

    /** A key that nobody else writes; never deleted. */
    private void setOnce(Client client) {
        String key = "once-" + client.name + "-" + ++written;
        String value = "v" + written + "y".repeat(random.nextInt(40));
        Ending ending = new Ending(client, key, List.of()) {
            @Override
            public void wrote(WriteResult result) {
                if (result.status() == WriteStatus.DONE) {
                    kept.put(key, value);
                }
                super.wrote(result);
            }
        };
        start(client, new Flight(WriteKind.SET, Bytes.utf8(key), 0, 0, Bytes.utf8(value), ending));
    }

    // --- at the end

    /** Reads a key until that succeeds, then tells. */
    void read(String key, Runnable success) {
        Client reader = new Client("reader");
        Op op = op(reader, null, "", 0);
        Ending ending = new Ending(reader, key, List.of(op)) {
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

    /** Writes a key of that partition until that succeeds, then tells. */
    void write(int partition, Runnable success) {
        String key = firstIn(partition, cluster.partitionCount(), "end");
        Ending ending = new Ending(new Client("writer"), key, List.of()) {
            @Override
            public void wrote(WriteResult result) {
                super.wrote(result);
                success.run();
            }

            @Override
            public void failed(boolean maybeDone) {
                super.failed(maybeDone);
                gateway.process.after(100 * SimTime.MS, () -> write(partition, success));
            }
        };
        running++;
        gateway.begin(new Flight(WriteKind.SET, Bytes.utf8(key), 0, 0, Bytes.utf8("end"), ending));
    }

    private void checkKept(String key, GetResult result) {
        if (!cluster.invariants().isLossy(partitionOf(key))
                && !(result.found() && result.value().toUtf8().equals(kept.get(key)))) {
            cluster.invariants()
                    .fail("lost: " + key + " was acknowledged as '" + kept.get(key) + "', is now '" + result.value()
                            + "'");
        }
    }

    /** Where the answer goes. */
    private class Ending implements SimGateway.End {
        private final Client client;
        private final String key;
        private final List<Op> ops;

        Ending(Client client, String key, List<Op> ops) {
            this.client = client;
            this.key = key;
            this.ops = ops;
        }

        @Override
        public void began(long session, long counter) {
            for (Op op : ops) {
                op.session = session;
                op.counter = counter;
            }
        }

        @Override
        public void got(GetResult result) {
            long now = cluster.time().nowNs();
            ops.forEach(op -> op.got(result, now));
            cluster.trace()
                    .note(
                            result.cas(),
                            7,
                            () -> client.name + " got " + key + " '" + result.value() + "' cas " + result.cas());
            if (result.found()) {
                seenCas.put(key, result.cas());
            }
            end();
        }

        @Override
        public void wrote(WriteResult result) {
            long now = cluster.time().nowNs();
            ops.forEach(op -> op.wrote(result, now));
            noteMeta(result);
            cluster.trace()
                    .note(
                            result.cas(),
                            8,
                            () -> client.name + " wrote " + key + " " + result.status() + " cas " + result.cas());
            end();
        }

        private void noteMeta(WriteResult result) {
            if (ops.size() == 1 && ops.get(0).meta != null && result.cas() != 0) {
                seenCas.put(key, result.cas());
                if (result.details().has(LogEntry.WON)) {
                    cluster.invariants().count("wins");
                }
            }
        }

        @Override
        public void failed(boolean maybeDone) {
            ops.forEach(op -> op.isVoid = !maybeDone);
            cluster.trace().note(0, 9, () -> client.name + " failed " + key + (maybeDone ? ", perhaps done" : ""));
            cluster.invariants().count("failed operations");
            end();
        }

        private void end() {
            running--;
            if (client.open > 0) {
                Workload.this.end(client);
            }
        }
    }
}
