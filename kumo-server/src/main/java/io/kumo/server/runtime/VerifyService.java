package io.kumo.server.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.protocol.BackupMessages.ReadRecords;
import io.kumo.protocol.Call;
import io.kumo.protocol.Message;
import io.kumo.protocol.VerifyMessages.Mend;
import io.kumo.protocol.VerifyMessages.Verify;
import io.kumo.rpc.runtime.Reply;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.server.replica.Answer;

/** Takes what operators ask of primaries to the replica of the partition, on its event loop. */
final class VerifyService {
    private final Shards shards;

    VerifyService(Shards shards) {
        this.shards = shards;
    }

    void serve(RpcHandlers handlers) {
        handlers.on(Verify.METHOD, (from, call, reply) -> forward(call.partition(), call, reply));
        handlers.on(ReadRecords.METHOD, (from, call, reply) -> forward(call.partition(), call, reply));
        handlers.on(Mend.METHOD, (from, call, reply) -> forward(call.partition(), call, reply));
    }

    private <R extends Message> void forward(int partition, Call<R> call, Reply<R> reply) {
        if (partition < 0) {
            reply.fail(ErrorCode.BAD_REQUEST);
            return;
        }
        Shard shard = shards.of(partition);
        EventLoop origin = shards.current();
        shard.loop()
                .run(() -> shard.host().onOperator(partition, call, new Answer<>() {
                    @Override
                    @SuppressWarnings("unchecked") // the replica answers what the call asks for
                    public void ok(Message result) {
                        origin.run(() -> reply.ok((R) result));
                    }

                    @Override
                    public void fail(ErrorCode code) {
                        origin.run(() -> reply.fail(code));
                    }
                }));
    }
}
