package io.kumo.node.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.Call;
import io.kumo.protocol.ControlMessages.CommandResult;
import io.kumo.protocol.Message;
import io.kumo.rpc.runtime.CallHandler;
import io.kumo.rpc.runtime.Reply;
import io.kumo.rpc.runtime.RpcConnection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of who changed what: a line for every control command, under a name of its own so that it can be kept apart.
 * The process that carries a command out writes it, once the outcome is known.
 */
public final class Audit {
    /** Name of the logger. */
    public static final String LOGGER = "audit";

    private static final int MOST_LENGTH = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(LOGGER);

    private Audit() {}

    /** The same handler, with a line for each of its answers. */
    public static <Q extends Call<R>, R extends Message> CallHandler<Q, R> of(CallHandler<Q, R> handler) {
        return (from, call, reply) -> {
            AuditedReply<R> audited = new AuditedReply<>(from, call, reply);
            try {
                handler.handle(from, call, audited);
            } catch (KumoException e) {
                audited.failed(e.code(), String.valueOf(e.getMessage()));
                throw e;
            }
        };
    }

    /**
     * The same for a call that one command makes many times: a line for the first one on a connection, and one for all
     * others once it is closed.
     */
    public static <Q extends Call<R>, R extends Message> CallHandler<Q, R> counted(CallHandler<Q, R> handler) {
        CallHandler<Q, R> audited = of(handler);
        Map<RpcConnection, Others> others = new ConcurrentHashMap<>();
        return (from, call, reply) -> {
            Others known = others.get(from);
            if (known != null) {
                handler.handle(from, call, known.counting(reply));
                return;
            }
            Others made = new Others();
            others.put(from, made);
            from.onClose(() -> {
                others.remove(from);
                made.tell(from, call);
            });
            audited.handle(from, call, reply);
        };
    }

    /** Calls of a connection after the first one. */
    private static final class Others {
        private final AtomicLong done = new AtomicLong();
        private final AtomicLong failed = new AtomicLong();
        private volatile String lastFailure = "";

        <R extends Message> Reply<R> counting(Reply<R> reply) {
            return new Reply<>() {
                @Override
                public void ok(R result) {
                    done.incrementAndGet();
                    reply.ok(result);
                }

                @Override
                public void fail(ErrorCode code, String text) {
                    failed.incrementAndGet();
                    lastFailure = code + " " + text;
                    reply.fail(code, text);
                }
            };
        }

        void tell(RpcConnection from, Call<?> call) {
            if (done.get() + failed.get() > 0) {
                String failures = failed.get() == 0 ? "" : ", " + failed + " failed, the last one as " + lastFailure;
                write(
                        from,
                        call,
                        "more of the same",
                        failures.isEmpty() ? "done" : "failed",
                        done + " done" + failures);
            }
        }
    }

    private static void write(RpcConnection from, Call<?> call, String what, String outcome, String text) {
        LOG.info(
                "command={} what=\"{}\" role={} who={} from={} outcome={} answer=\"{}\"",
                call.method().name(),
                oneLine(what),
                oneLine(from.peerRole()),
                oneLine(from.peerName()),
                from.remote(),
                outcome,
                oneLine(text));
    }

    /** What others sent can't look like a line of ours. */
    private static String oneLine(String text) {
        String shortened = text.length() > MOST_LENGTH ? text.substring(0, MOST_LENGTH) + "..." : text;
        return shortened.replaceAll("\\p{Cntrl}", "?");
    }

    private static final class AuditedReply<R extends Message> implements Reply<R> {
        private final RpcConnection from;
        private final Call<R> call;
        private final Reply<R> reply;

        AuditedReply(RpcConnection from, Call<R> call, Reply<R> reply) {
            this.from = from;
            this.call = call;
            this.reply = reply;
        }

        @Override
        public void ok(R result) {
            line("done", result instanceof CommandResult known ? known.text() : result.toString());
            reply.ok(result);
        }

        @Override
        public void fail(ErrorCode code, String text) {
            failed(code, text);
            reply.fail(code, text);
        }

        private void failed(ErrorCode code, String text) {
            if (code != ErrorCode.NOT_LEADER) { // the caller asks the leader next, and that one writes the line
                line(code.toString(), text);
            }
        }

        private void line(String outcome, String text) {
            write(from, call, call.toString(), outcome, text);
        }
    }
}
