package io.kumo.server.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.Message;
import io.kumo.protocol.WriteKind;
import io.kumo.rpc.runtime.Reply;
import io.kumo.rpc.runtime.RpcConnection;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.server.replica.Answer;
import io.kumo.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Takes gateways' reads and writes to the replica of the partition, on its event loop, and the answers back to the loop
 * of the connection: with one loop, that is one call each way.
 */
final class DataService {
    private final Shards shards;
    private final Clock clock;
    private volatile boolean isStopping;

    DataService(Shards shards, Clock clock) {
        this.shards = shards;
        this.clock = clock;
    }

    void serve(RpcHandlers handlers) {
        handlers.on(Get.METHOD, this::onGet);
        handlers.on(Write.METHOD, this::onWrite);
    }

    /** From now on operations are refused, so that gateways turn to the next primary. From any thread. */
    void stop() {
        isStopping = true;
    }

    private void onGet(RpcConnection from, Get get, Reply<GetResult> reply) {
        read(get, reply, true);
    }

    /** @param isCounted whether the figures are to have it: not one that is carried out once more */
    private void read(Get get, Reply<GetResult> reply, boolean isCounted) {
        if (isStopping || get.partition() < 0) {
            reply.fail(isStopping ? ErrorCode.SHUTTING_DOWN : ErrorCode.BAD_REQUEST);
            return;
        }
        Shard shard = shards.of(get.partition());
        long now = clock.monotonicNs();
        EventLoop origin = shard.loop().isCurrent() ? null : shards.current();
        GetAnswer answer = new GetAnswer(this, get, reply, origin, isCounted ? shard.meters() : null, now);
        if (origin == null) {
            answer.begin(shard.host());
        } else {
            shard.loop().post(() -> answer.begin(shard.host()));
        }
    }

    private void onWrite(RpcConnection from, Write write, Reply<WriteResult> reply) {
        if (isStopping || write.partition() < 0) {
            reply.fail(isStopping ? ErrorCode.SHUTTING_DOWN : ErrorCode.BAD_REQUEST);
            return;
        }
        Shard shard = shards.of(write.partition());
        long now = clock.monotonicNs();
        if (shard.loop().isCurrent()) {
            shard.meters().began();
            shard.host().onWrite(write, new WriteAnswer(reply, null, shard.meters(), clock, now, write.kind()));
            return;
        }
        EventLoop origin = shards.current();
        shard.loop().post(() -> {
            shard.meters().began();
            shard.host().onWrite(write, new WriteAnswer(reply, origin, shard.meters(), clock, now, write.kind()));
        });
    }

    /** The way back of one read. */
    private record GetAnswer(
            DataService service,
            Get get,
            Reply<GetResult> reply,
            @Nullable EventLoop origin,
            @Nullable OperationMeters meters,
            long beganNs)
            implements Answer<GetResult> {
        void begin(ReplicaHost host) {
            if (meters != null) {
                meters.began();
            }
            host.onGet(get, this);
        }

        @Override
        public void ok(GetResult result) {
            if (meters != null) {
                meters.got(result.found(), service.clock.monotonicNs() - beganNs);
            }
            if (origin == null) {
                write(result);
            } else {
                origin.post(() -> write(result));
            }
        }

        private void write(GetResult result) {
            if (!reply.postpone(result.value().length(), () -> service.read(get, reply, false))) {
                reply.ok(result);
            }
        }

        @Override
        public void fail(ErrorCode code) {
            if (meters != null) {
                meters.getFailed(code);
            }
            refuse(reply, origin, code);
        }
    }

    /** The way back of one write. */
    private record WriteAnswer(
            Reply<WriteResult> reply,
            @Nullable EventLoop origin,
            OperationMeters meters,
            Clock clock,
            long beganNs,
            WriteKind kind)
            implements Answer<WriteResult> {
        @Override
        public void ok(WriteResult result) {
            meters.wrote(kind, result.status(), clock.monotonicNs() - beganNs);
            answer(reply, origin, result);
        }

        @Override
        public void fail(ErrorCode code) {
            meters.writeFailed(code);
            refuse(reply, origin, code);
        }
    }

    private static <R extends Message> void answer(Reply<R> reply, @Nullable EventLoop origin, R result) {
        if (origin == null) {
            reply.ok(result);
        } else {
            origin.post(() -> reply.ok(result));
        }
    }

    private static void refuse(Reply<?> reply, @Nullable EventLoop origin, ErrorCode code) {
        if (origin == null) {
            reply.fail(code);
        } else {
            origin.post(() -> reply.fail(code));
        }
    }
}
