package io.kumo.manager.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.manager.leader.Command;
import io.kumo.manager.leader.Command.Pending;
import io.kumo.protocol.ControlMessages.CommandResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Commands that wait for the leader, with a bound on their number and on their patience. On the manager's loop. */
final class PendingCommands {
    private static final int MAX_WAITING = 64;
    /** Less than kumoctl waits: it shows the reason, not that there was no answer. */
    private static final long PATIENCE_MS = 8_000;

    private record Waiting(Pending pending, Promise<CommandResult> promise, long sinceMs) {}

    private final Map<Long, Waiting> waiting = new LinkedHashMap<>();
    private long lastId;

    Future<CommandResult> add(Command command, long nowMs) {
        if (waiting.size() >= MAX_WAITING) {
            return Future.failedFuture(new KumoException(ErrorCode.OVERLOADED, "too many commands wait: try again"));
        }
        Promise<CommandResult> promise = Promise.promise();
        long id = ++lastId;
        waiting.put(id, new Waiting(new Pending(id, command), promise, nowMs));
        return promise.future();
    }

    List<Pending> all() {
        return waiting.values().stream().map(Waiting::pending).toList();
    }

    /** Tells the operator; nothing happens if the command is not waiting any more. */
    void answer(Command.Answer answer, long tableVersion) {
        Waiting known = waiting.remove(answer.id());
        if (known != null && answer.isAccepted()) {
            known.promise().complete(new CommandResult(tableVersion, answer.text()));
        } else if (known != null) {
            known.promise().fail(new KumoException(ErrorCode.REFUSED, answer.text()));
        }
    }

    /** Fails what has waited for too long. */
    void expire(ErrorCode code, String text, long nowMs) {
        List.copyOf(waiting.values()).forEach(known -> {
            if (nowMs - known.sinceMs() >= PATIENCE_MS) {
                waiting.remove(known.pending().id());
                known.promise().fail(new KumoException(code, text));
            }
        });
    }

    void failAll(ErrorCode code, String text) {
        List.copyOf(waiting.values()).forEach(known -> known.promise().fail(new KumoException(code, text)));
        waiting.clear();
    }
}
