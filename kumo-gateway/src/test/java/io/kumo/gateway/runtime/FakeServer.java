package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.gateway.FakeStore;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.ControlMessages.TableResult;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.rpc.runtime.Reply;
import io.kumo.rpc.runtime.RpcConnection;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.rpc.runtime.RpcLimits;
import io.kumo.rpc.runtime.RpcServer;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import io.kumo.table.TableCodec;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A server that answers reads and writes from a map, and misbehaves as told. */
final class FakeServer {
    private final FakeStore store;
    private final ServerId id;
    private final RpcServer rpc;
    private final HostPort address;
    private final List<Write> writes = new CopyOnWriteArrayList<>();
    private volatile Misbehaviour misbehaviour = Misbehaviour.NONE;
    private volatile Predicate<Bytes> victims = key -> true;
    private volatile ClusterTable table;
    private final List<Consumer<WriteResult>> held = new CopyOnWriteArrayList<>();

    /** What it does instead of answering. */
    enum Misbehaviour {
        NONE,
        /** Carries nothing out. */
        NOT_PRIMARY,
        /** Carries the operation out and disconnects before it answers, once. */
        CARRY_OUT_AND_DROP_ONCE,
        /** Carries the operation out and says nothing, once. */
        CARRY_OUT_SILENTLY_ONCE,
        /** Answers writes when it is told what: {@link #answerHeld}. */
        HOLD,
        /** Refuses for good. */
        DISK_FULL,
        SILENT
    }

    FakeServer(Vertx vertx, long number, FakeStore store) throws Exception {
        this.store = store;
        id = new ServerId(number);
        RpcHandlers handlers = new RpcHandlers();
        handlers.on(Get.METHOD, this::get);
        handlers.on(Write.METHOD, this::write);
        handlers.on(TableGet.METHOD, (from, call, reply) -> {
            ClusterTable newest = table;
            boolean newer = newest != null && newest.version() > call.knownVersion();
            reply.ok(new TableResult(version(), newer ? TableCodec.encode(newest) : Bytes.EMPTY));
        });
        Hello hello = new Hello(1, "", "server", id.toString(), "test");
        rpc = new RpcServer(vertx, () -> hello, handlers, this::version, RpcLimits.DEFAULT);
        int port = rpc.listen(new HostPort("127.0.0.1", 0))
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        address = new HostPort("127.0.0.1", port);
    }

    private long version() {
        ClusterTable newest = table;
        return newest == null ? 0 : newest.version();
    }

    ServerId id() {
        return id;
    }

    HostPort address() {
        return address;
    }

    ServerInfo info() {
        return new ServerInfo(id, address, 1, "", ServerState.ATTACHED, true);
    }

    /** Every write that came, repeated ones too. */
    List<Write> writes() {
        return writes;
    }

    void misbehave(Misbehaviour how) {
        misbehave(how, key -> true);
    }

    void misbehave(Misbehaviour how, Predicate<Bytes> which) {
        victims = which;
        misbehaviour = how;
    }

    /** What it answers to TableGet, and says in its errors. */
    /** Answers what was held. */
    void answerHeld(WriteResult result) {
        held.forEach(reply -> reply.accept(result));
    }

    void learn(ClusterTable newest) {
        table = newest;
    }

    void stop() throws Exception {
        rpc.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private void get(RpcConnection from, Get get, Reply<GetResult> reply) {
        if (behave(get.key(), from, reply, () -> {})) {
            reply.ok(store.get(get));
        }
    }

    private void write(RpcConnection from, Write write, Reply<WriteResult> reply) {
        if (misbehaviour == Misbehaviour.HOLD) {
            Context loop = Vertx.currentContext();
            held.add(result -> loop.runOnContext(ignored -> reply.ok(result)));
            writes.add(write);
            return;
        }
        writes.add(write);
        if (behave(write.key(), from, reply, () -> store.write(write))) {
            reply.ok(store.write(write));
        }
    }

    private boolean behave(Bytes key, RpcConnection from, Reply<?> reply, Runnable carryOut) {
        Misbehaviour how = victims.test(key) ? misbehaviour : Misbehaviour.NONE;
        switch (how) {
            case NONE:
                return true;
            case NOT_PRIMARY:
                reply.fail(ErrorCode.NOT_PRIMARY);
                return false;
            case CARRY_OUT_AND_DROP_ONCE:
                misbehaviour = Misbehaviour.NONE;
                carryOut.run();
                from.close();
                return false;
            case CARRY_OUT_SILENTLY_ONCE:
                misbehaviour = Misbehaviour.NONE;
                carryOut.run();
                return false;
            case DISK_FULL:
                reply.fail(ErrorCode.DISK_FULL);
                return false;
            default:
                return false;
        }
    }
}
