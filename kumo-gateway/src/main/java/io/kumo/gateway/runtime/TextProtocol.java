package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.gateway.memcached.Command;
import io.kumo.gateway.memcached.CommandParser;
import io.kumo.gateway.memcached.MetaCommand;
import io.kumo.gateway.memcached.ParseResult.Malformed;
import io.kumo.gateway.memcached.ParseResult.Refusal;
import io.kumo.gateway.memcached.TextReplies;
import io.kumo.gateway.route.WriteFields;
import io.kumo.gateway.runtime.Authenticator.Outcome;
import io.kumo.protocol.WriteKind;
import io.netty.buffer.ByteBuf;

/** memcached's text protocol on one connection. */
final class TextProtocol implements ClientProtocol {
    private final ClientSession session;
    private final GatewayLoop loop;
    private final boolean flushAllowed;

    TextProtocol(ClientSession session, GatewayOptions options) {
        this.session = session;
        loop = session.loop();
        flushAllowed = options.flushAll();
    }

    @Override
    public CommandParser parser() {
        return session.admission().isAdmitted() ? loop.parser() : loop.loginParser();
    }

    @Override
    public void carryOut(Command command) {
        if (command instanceof Command.Get get) {
            session.enqueue(new ReadPending(session, get.keys(), get.withCas(), null));
        } else if (command instanceof Command.Store store) {
            write(
                    store.kind(),
                    store.noreply(),
                    store.key(),
                    WriteFields.record(store.flags(), store.exptime(), store.cas(), store.value()));
        } else if (command instanceof Command.Delete delete) {
            write(WriteKind.DELETE, delete.noreply(), delete.key(), WriteFields.NONE);
        } else if (command instanceof Command.Count count) {
            write(count.kind(), count.noreply(), count.key(), WriteFields.delta(count.delta()));
        } else if (command instanceof Command.Touch touch) {
            write(WriteKind.TOUCH, touch.noreply(), touch.key(), WriteFields.touch(touch.exptime()));
        } else if (command instanceof Command.GetAndTouch gat) {
            WriteFields touch = WriteFields.touch(gat.exptime());
            session.enqueue(new ReadPending(session, gat.keys(), gat.withCas(), touch));
        } else if (command instanceof Command.Login login) {
            session.enqueue(new LoginPending(session, login.credentials(), TextProtocol::answerLogin));
        } else if (command instanceof MetaCommand meta) {
            MetaPending pending = new MetaPending(session, meta);
            session.enqueueBegun(pending);
            pending.begin();
        } else if (command instanceof Command.Quit) {
            session.end();
        } else {
            answerAtOnce(command);
        }
    }

    private static void answerLogin(ByteBuf out, Outcome outcome) {
        switch (outcome) {
            case ACCEPTED -> TextReplies.stored(out);
            case REFUSED -> TextReplies.line(out, "CLIENT_ERROR authentication failure");
            case OVERLOADED -> TextReplies.serverError(out, "too many clients authenticate: try again");
        }
    }

    private void answerAtOnce(Command command) {
        if (command instanceof Command.Noop) {
            TextReplies.noop(session.reply());
        } else if (command instanceof Command.Version) {
            TextReplies.version(session.reply());
        } else if (command instanceof Command.Verbosity verbosity) {
            if (!verbosity.noreply()) {
                TextReplies.ok(session.reply());
            }
        } else if (command instanceof Command.Stats stats) {
            loop.writeStats(stats.topic(), session, session.reply());
        } else if (command instanceof Command.FlushAll flush) {
            if (flushAllowed) {
                session.enqueue(
                        new FlushPending(session, flush.exptime(), flush.noreply() ? null : TextProtocol::answerFlush));
            } else if (!flush.noreply()) {
                TextReplies.line(session.reply(), "CLIENT_ERROR flush_all not allowed");
            }
        }
    }

    private static void answerFlush(ByteBuf out, String failure) {
        if (failure.isEmpty()) {
            TextReplies.ok(out);
        } else {
            TextReplies.serverError(out, failure);
        }
    }

    private void write(WriteKind kind, boolean noreply, Bytes key, WriteFields fields) {
        WritePending write = new WritePending(session, kind, noreply);
        session.enqueueBegun(write);
        write.begin(key, fields);
    }

    @Override
    public void refuse(Refusal refusal) {
        if (!(refusal instanceof Malformed malformed)) {
            throw new IllegalStateException("no refusal of this protocol");
        }
        if (malformed.swallow() > 0) {
            loop.stats().increment(Count.STORE_TOO_LARGE);
        }
        if (malformed.close()) {
            ByteBuf last = session.end();
            if (!malformed.reply().isEmpty()) {
                TextReplies.line(last, malformed.reply());
            }
        } else if (!malformed.reply().isEmpty()) {
            TextReplies.line(session.reply(), malformed.reply());
        }
    }

    @Override
    public void outOfMemory(ByteBuf out) {
        TextReplies.line(out, "SERVER_ERROR out of memory reading request");
    }
}
