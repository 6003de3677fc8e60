package io.kumo.manager.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.node.runtime.Audit;
import io.kumo.protocol.Call;
import io.kumo.protocol.Message;
import io.kumo.protocol.VerifyMessages.Mend;
import io.kumo.protocol.VerifyMessages.MendResult;
import io.kumo.protocol.VerifyMessages.Verify;
import io.kumo.register.Voter.ServerVoter;
import io.kumo.rpc.runtime.CallHandler;
import io.kumo.rpc.runtime.Reply;
import io.kumo.rpc.runtime.ResultHandler;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerInfo;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Hands what operators ask about a partition on to its primary, and the answer back; any manager that knows a table
 * does. Keeps nothing: kumoctl goes through the partitions. On the manager's loop.
 */
final class VerifyRelay {
    private static final long TIMEOUT_MS = 20_000;

    private final Supplier<Optional<ClusterTable>> newest;
    private final Peers peers;

    VerifyRelay(Supplier<Optional<ClusterTable>> newest, Peers peers) {
        this.newest = newest;
        this.peers = peers;
    }

    void serve(RpcHandlers handlers) {
        handlers.on(Verify.METHOD, (from, call, reply) -> relay(call.partition(), call, reply));
        CallHandler<Mend, MendResult> mend = (from, call, reply) -> relay(call.partition(), call, reply);
        CallHandler<Mend, MendResult> audited = Audit.counted(mend);
        handlers.on(Mend.METHOD, (from, call, reply) -> (call.asks() ? mend : audited).handle(from, call, reply));
    }

    private <R extends Message> void relay(int partition, Call<R> call, Reply<R> reply) {
        Optional<ClusterTable> table = newest.get();
        if (table.isEmpty()) {
            reply.fail(ErrorCode.NO_TABLE);
            return;
        }
        if (partition < 0 || partition >= table.get().partitionCount()) {
            reply.fail(
                    ErrorCode.BAD_REQUEST,
                    "there is no partition " + partition + ": the last one is "
                            + (table.get().partitionCount() - 1));
            return;
        }
        Optional<ServerInfo> primary =
                table.get().partition(partition).primary().flatMap(table.get()::server);
        if (primary.isEmpty()) {
            reply.fail(ErrorCode.NO_PRIMARY, "partition " + partition + " has no primary");
            return;
        }
        ServerInfo info = primary.get();
        peers.client(new ServerVoter(info.id()), info.address()).call(call, TIMEOUT_MS, new ResultHandler<R>() {
            @Override
            public void onResult(R result) {
                reply.ok(result);
            }

            @Override
            public void onError(ErrorCode code, String text) {
                reply.fail(code, "partition " + partition + " at " + info.address() + ": " + text);
            }
        });
    }
}
