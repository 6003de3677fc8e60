package io.kumo.process;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import io.kumo.sim.History;
import io.kumo.sim.History.Op;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * One client of one gateway that does an operation after the other and writes down what it asked for and was told, with
 * the times of both. A thread of {@link RecordedLoad} runs it; nobody else touches it before that thread has ended.
 */
final class RecordedClient implements Runnable {
    /** The keys that all clients want; the first letter says what is done with it. */
    static final String[] HOT = {"n0", "n1", "l0", "l1", "r0", "r1", "c0"};

    static final String TOTAL = "total";
    private static final int EXPTIME_S = 20 * 24 * 3600;
    private static final long LONGEST_GAP_NS = 20_000_000;
    private static final long RECONNECT_NS = 50_000_000;

    private final RecordedLoad load;
    private final String name;
    private final RecordedLoad.Gateway gateway;
    private final Random random;
    private final History history = new History();
    /** Keys that only this client writes, once, by their acknowledged values; empty where a delete was acknowledged. */
    private final Map<String, Optional<String>> own = new TreeMap<>();

    private TextClient connection;
    private int written;
    private long counted;
    private long perhapsCounted;

    RecordedClient(RecordedLoad load, String name, RecordedLoad.Gateway gateway, long seed) {
        this.load = load;
        this.name = name;
        this.gateway = gateway;
        this.random = new Random(seed);
    }

    History history() {
        return history;
    }

    Map<String, Optional<String>> own() {
        return own;
    }

    /** Increments of {@link #TOTAL} that were answered. */
    long counted() {
        return counted;
    }

    /** Those that were not. */
    long perhapsCounted() {
        return perhapsCounted;
    }

    @Override
    public void run() {
        try {
            while (!load.isStopped()) {
                step();
                pause();
            }
        } catch (RuntimeException | Error e) {
            load.failed(name + ": " + e);
        } finally {
            disconnect();
        }
    }

    /** Bounds the rate, and leaves others the time to come between a gets and its cas. */
    private void pause() {
        LockSupport.parkNanos(random.nextLong(LONGEST_GAP_NS));
    }

    private void step() {
        int dice = random.nextInt(100);
        if (dice < 8) {
            setOwn();
        } else if (dice < 11) {
            deleteOwn();
        } else if (dice < 20) {
            count();
        } else {
            String hot = HOT[random.nextInt(HOT.length)];
            onHotKey(load.key(hot), hot.charAt(0));
        }
    }

    private void setOwn() {
        String key = load.key("own-" + name + "-" + ++written);
        String value = "v" + written + "x".repeat(random.nextInt(100));
        if (write(key, WriteKind.SET, value, 0).isKnown()) {
            own.put(key, Optional.of(value));
        }
    }

    private void deleteOwn() {
        String key = load.key("gone-" + name + "-" + ++written);
        if (write(key, WriteKind.SET, "gone", 0).isKnown()
                && write(key, WriteKind.DELETE, "", 0).isKnown()) {
            own.put(key, Optional.empty());
        }
    }

    private void count() {
        if (write(load.key(TOTAL), WriteKind.INCR, "", 1).isKnown()) {
            counted++;
        } else {
            perhapsCounted++;
        }
    }

    private void onHotKey(String key, char type) {
        int dice = random.nextInt(100);
        String unique = name + ":" + ++written + ";";
        if (type == 'c') {
            countWithCas(key);
        } else if (dice < 30) {
            read(key, random.nextBoolean() ? "get" : "gets");
        } else if (dice < 34) {
            write(key, WriteKind.DELETE, "", 0);
        } else if (dice < 38) {
            write(key, WriteKind.TOUCH, "", EXPTIME_S + random.nextInt(1000));
        } else if (type == 'n') {
            boolean counts = dice >= 46;
            WriteKind kind = dice < 90 ? WriteKind.INCR : WriteKind.DECR;
            write(key, counts ? kind : WriteKind.ADD, counts ? "" : "" + dice, counts ? 1 + random.nextInt(9) : 0);
        } else if (type == 'l') {
            WriteKind kind = dice < 50 ? WriteKind.ADD : dice < 55 ? WriteKind.SET : WriteKind.APPEND;
            write(key, dice > 92 ? WriteKind.PREPEND : kind, unique, 0);
        } else if (dice < 62) {
            Op read = read(key, "gets");
            if (read.isKnown() && read.isFound()) {
                pause();
                write(key, WriteKind.CAS, unique, read.cas());
            }
        } else {
            write(key, dice < 72 ? WriteKind.ADD : dice < 78 ? WriteKind.REPLACE : WriteKind.SET, unique, 0);
        }
    }

    /** One step up by gets and cas: a step that is lost, or counted twice, leaves no order of the history. */
    private void countWithCas(String key) {
        Op read = read(key, "gets");
        if (read.isKnown() && read.isFound()) {
            pause();
            write(key, WriteKind.CAS, Long.toString(Long.parseLong(read.read()) + 1), read.cas());
        }
    }

    /** Reads, and writes it down. */
    Op read(String key, String command) {
        Op op = new Op(name, null, "", 0, System.nanoTime());
        history.add(key, op);
        try {
            TextClient.Read read = connection().read(command, key);
            if (read.error().isEmpty()) {
                op.got(
                        new GetResult(
                                read.value().isPresent(),
                                0,
                                read.cas(),
                                0,
                                Bytes.utf8(read.value().orElse(""))),
                        System.nanoTime());
            }
            done(op, command + " " + key, read.error());
        } catch (IOException e) {
            lost(op, command + " " + key, e);
        }
        return op;
    }

    /** Writes, and writes it down. The argument is a delta, a cas unique, or the expiry of a touch. */
    Op write(String key, WriteKind kind, String value, long argument) {
        Op op = new Op(name, kind, value, argument, System.nanoTime());
        history.add(key, op);
        try {
            String answer = connection().ask(command(key, kind, value, argument));
            WriteStatus status = statusOf(answer);
            if (status != null) {
                long number = Character.isDigit(answer.charAt(0)) ? Long.parseLong(answer) : 0;
                op.wrote(new WriteResult(status, 0, 0, number, Bytes.EMPTY), System.nanoTime());
            }
            done(op, kind + " " + key, status == null ? answer : "");
        } catch (IOException e) {
            lost(op, kind + " " + key, e);
        }
        return op;
    }

    private static String command(String key, WriteKind kind, String value, long argument) {
        String word = kind.name().toLowerCase(Locale.ROOT) + " " + key;
        return switch (kind) {
            case DELETE -> word;
            case INCR, DECR, TOUCH -> word + " " + argument;
            case CAS -> word + " 0 0 " + value.length() + " " + argument + "\r\n" + value;
            default -> word + " 0 0 " + value.length() + "\r\n" + value;
        };
    }

    /** Null for an error. */
    private static WriteStatus statusOf(String answer) {
        return switch (answer) {
            case "STORED", "DELETED", "TOUCHED" -> WriteStatus.DONE;
            case "NOT_STORED" -> WriteStatus.NOT_STORED;
            case "EXISTS" -> WriteStatus.EXISTS;
            case "NOT_FOUND" -> WriteStatus.NOT_FOUND;
            default -> !answer.isEmpty() && Character.isDigit(answer.charAt(0)) ? WriteStatus.DONE : null;
        };
    }

    private void done(Op op, String what, String error) {
        load.finished(gateway, op, error.isEmpty() ? "" : name + ": " + what + ": " + error);
    }

    /** Nothing can have come of what was never sent. */
    private void lost(Op op, String what, IOException e) {
        if (connection == null) {
            op.never();
        }
        disconnect();
        load.finished(gateway, op, name + ": " + what + ": " + e);
        LockSupport.parkNanos(RECONNECT_NS);
    }

    private TextClient connection() throws IOException {
        if (connection == null) {
            connection = TextClient.connect(gateway.host(), gateway.port());
        }
        return connection;
    }

    void disconnect() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
