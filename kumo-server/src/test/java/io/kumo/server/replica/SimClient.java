package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.Outcome;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;
import io.kumo.server.replica.Linearizability.Kind;
import io.kumo.server.replica.Linearizability.Operation;
import io.kumo.table.ClusterTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A gateway with a client: some operations at a time, each tried again with the same id until it is answered. */
final class SimClient {
    static final String[] KEYS = {"a", "b", "counter", "list"};
    private static final long DEADLINE_NS = 8 * SimWorld.SEC;

    private final SimWorld world;
    private final int number;
    private final long session;
    private long counter;
    private final TreeMap<Long, Running> running = new TreeMap<>();
    private final Map<String, Long> seenCas = new HashMap<>();
    final Map<String, List<Operation>> history = new HashMap<>();
    int answered;
    int givenUp;

    private static final class Running {
        final String key;
        final Operation operation;
        final long id;
        boolean mayBeDone;
        boolean isOver;
        int attempts;

        Running(String key, Operation operation, long id) {
            this.key = key;
            this.operation = operation;
            this.id = id;
        }
    }

    SimClient(SimWorld world, int number) {
        this.world = world;
        this.number = number;
        this.session = 1000L + number;
        for (String key : KEYS) {
            history.put(key, new ArrayList<>());
        }
    }

    boolean isIdle() {
        return running.isEmpty();
    }

    void start(long untilNs, int parallel) {
        if (world.nowNs() < untilNs) {
            if (running.size() < parallel) {
                begin(KEYS[world.random.nextInt(KEYS.length)]);
            }
            world.after(world.between(5 * SimWorld.MS, 120 * SimWorld.MS), () -> start(untilNs, parallel));
        }
    }

    void readAll() {
        for (String key : KEYS) {
            begin(key, Kind.GET, "", 0);
        }
    }

    private void begin(String key) {
        int dice = world.random.nextInt(100);
        String unique = number + "." + counter + ";";
        if (dice == 99 && world.chance(0.3)) {
            begin("", Kind.FLUSH, "", 0);
        } else if (dice < 35) {
            begin(key, Kind.GET, "", 0);
        } else if (key.equals("counter")) {
            if (dice < 45) {
                begin(key, dice < 38 ? Kind.SET : Kind.ADD, Integer.toString(100 + world.random.nextInt(900)), 0);
            } else if (dice < 48) {
                begin(key, Kind.DELETE, "", 0);
            } else {
                begin(key, Kind.INCR, "", 1 + world.random.nextInt(3));
            }
        } else if (key.equals("list")) {
            Kind kind = dice < 40 ? Kind.ADD : dice < 44 ? Kind.DELETE : Kind.APPEND;
            begin(key, kind, unique, 0);
        } else if (dice < 55) {
            begin(key, Kind.SET, unique, 0);
        } else if (dice < 65) {
            begin(key, Kind.ADD, unique, 0);
        } else if (dice < 80 && seenCas.containsKey(key)) {
            begin(key, Kind.CAS, unique, seenCas.get(key));
        } else if (dice < 90) {
            begin(key, Kind.APPEND, unique, 0);
        } else {
            begin(key, Kind.DELETE, "", 0);
        }
    }

    private void begin(String key, Kind kind, String value, long argument) {
        Operation operation = new Operation(kind, value, argument, world.nowNs());
        for (String each : key.isEmpty() ? KEYS : new String[] {key}) {
            history.get(each).add(operation);
        }
        Running started = new Running(key, operation, ++counter);
        running.put(started.id, started);
        attempt(started);
    }

    private void attempt(Running op) {
        if (op.isOver) {
            return;
        }
        if (world.nowNs() - op.operation.calledAt > DEADLINE_NS && !world.isHealed) {
            end(op);
            givenUp++;
            if (!op.mayBeDone) {
                // All answers promised that nothing was executed.
                history.values().forEach(each -> each.remove(op.operation));
            }
            return;
        }
        int now = ++op.attempts;
        submit(op);
        world.after(world.between(300 * SimWorld.MS, SimWorld.SEC), () -> {
            if (!op.isOver && op.attempts == now) {
                op.mayBeDone = true;
                attempt(op);
            }
        });
    }

    private void submit(Running op) {
        List<ClusterTable> tables = world.leader.tables;
        int back = world.chance(0.3) && !world.isHealed ? Math.min(tables.size(), 1 + world.random.nextInt(3)) : 1;
        ClusterTable table = tables.get(tables.size() - back);
        SimServer server = world.server(table.partition(0).inSync().get(0));
        long settledBelow = running.isEmpty() ? counter + 1 : running.firstKey();
        long me = 100L + number;
        int attempt = op.attempts;
        Bytes key = Bytes.utf8(op.key);
        if (op.operation.kind == Kind.GET) {
            Get get = new Get(0, table.version(), false, key);
            Answer<GetResult> answer = new Reply<>(server, op, attempt) {
                @Override
                void take(GetResult result) {
                    op.operation.found = result.found();
                    op.operation.read = result.value().toUtf8().trim();
                    op.operation.cas = result.cas();
                    seenCas.put(op.key, result.cas());
                }
            };
            world.send(me, server.id.value(), () -> server.onGet(get, answer));
            return;
        }
        boolean counts = op.operation.kind == Kind.INCR;
        Write write = new Write(
                0,
                table.version(),
                session,
                op.id,
                Math.min(settledBelow, op.id),
                WriteKind.valueOf(op.operation.kind.name()),
                false,
                key,
                0,
                0,
                op.operation.kind == Kind.CAS ? op.operation.argument : 0,
                counts ? op.operation.argument : 0,
                Bytes.utf8(op.operation.value),
                WriteOptions.NONE);
        world.traceMessage(() -> "client " + op.attempts + " " + write + " to " + server.id);
        Answer<WriteResult> answer = new Reply<>(server, op, attempt) {
            @Override
            void take(WriteResult result) {
                op.operation.status = result.status();
                op.operation.cas = result.cas();
                op.operation.number = result.number();
            }
        };
        world.send(me, server.id.value(), () -> server.onWrite(write, answer));
        if (world.chance(0.1)) { // stuck in some buffer, and late
            Answer<WriteResult> nobody = new Answer<>() {
                @Override
                public void ok(WriteResult result) {}

                @Override
                public void fail(ErrorCode code) {}
            };
            op.mayBeDone = true;
            world.after(world.between(0, 4 * SimWorld.SEC), () -> server.onWrite(write, nobody));
        }
    }

    private void end(Running op) {
        op.isOver = true;
        running.remove(op.id);
    }

    private abstract class Reply<R> implements Answer<R> {
        private final SimServer server;
        private final Running op;
        private final int attempt;
        private boolean isAnswered;

        Reply(SimServer server, Running op, int attempt) {
            this.server = server;
            this.op = op;
            this.attempt = attempt;
        }

        abstract void take(R result);

        private void once() {
            if (isAnswered) {
                throw new AssertionError("seed " + world.seed + ": answered twice");
            }
            isAnswered = true;
        }

        @Override
        public void ok(R result) {
            once();
            server.output(() -> world.send(server.id.value(), 100L + number, () -> {
                if (!op.isOver) {
                    take(result);
                    op.operation.returnedAt = world.nowNs();
                    answered++;
                    end(op);
                }
            }));
        }

        @Override
        public void fail(ErrorCode code) {
            once();
            world.traceMessage(() -> "fail " + op.id + "/" + attempt + " " + op.operation + " " + code);
            server.output(() -> world.send(server.id.value(), 100L + number, () -> {
                op.mayBeDone |= code.outcome() != Outcome.NOT_DONE;
                if (!op.isOver && op.attempts == attempt) {
                    op.attempts++;
                    world.after(world.between(10 * SimWorld.MS, 100 * SimWorld.MS), () -> attempt(op));
                }
            }));
        }
    }
}
