package io.kumo.gateway.runtime;

import io.kumo.auth.Credentials;
import io.kumo.base.Bytes;
import io.kumo.gateway.memcached.BinaryCommand;
import io.kumo.gateway.memcached.BinaryOpcode;
import io.kumo.gateway.memcached.BinaryReplies;
import io.kumo.gateway.memcached.Command;
import io.kumo.gateway.memcached.CommandParser;
import io.kumo.gateway.memcached.ParseResult.BadFrame;
import io.kumo.gateway.memcached.ParseResult.Refusal;
import io.kumo.gateway.memcached.SaslPlain;
import io.kumo.gateway.memcached.TextReplies;
import io.kumo.gateway.route.WriteFields;
import io.kumo.gateway.runtime.Authenticator.Outcome;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** memcached's binary protocol on one connection. */
final class BinaryProtocol implements ClientProtocol {
    private final ClientSession session;
    private final GatewayLoop loop;
    private final boolean flushAllowed;

    BinaryProtocol(ClientSession session, GatewayOptions options) {
        this.session = session;
        loop = session.loop();
        flushAllowed = options.flushAll();
    }

    @Override
    public CommandParser parser() {
        return loop.binaryParser(session.admission().isAdmitted());
    }

    @Override
    public void carryOut(Command any) {
        BinaryCommand command = (BinaryCommand) any;
        if (!session.admission().isAdmitted() && !command.isForAnybody()) {
            BinaryReplies.error(session.end(), command, BinaryOpcode.AUTH_ERROR);
            return;
        }
        switch (command.opcode()) {
            case BinaryOpcode.GET, BinaryOpcode.GETK -> {
                BinaryPending read = new BinaryPending(session, command);
                session.enqueueBegun(read);
                read.read();
            }
            case BinaryOpcode.SET -> store(WriteKind.SET, command);
            case BinaryOpcode.ADD -> store(WriteKind.ADD, command);
            case BinaryOpcode.REPLACE -> store(WriteKind.REPLACE, command);
            case BinaryOpcode.APPEND -> write(WriteKind.APPEND, command, record(command));
            case BinaryOpcode.PREPEND -> write(WriteKind.PREPEND, command, record(command));
            case BinaryOpcode.DELETE -> write(WriteKind.DELETE, command, record(command));
            case BinaryOpcode.INCREMENT -> write(WriteKind.INCR, command, count(command));
            case BinaryOpcode.DECREMENT -> write(WriteKind.DECR, command, count(command));
            case BinaryOpcode.TOUCH -> write(WriteKind.TOUCH, command, WriteFields.touch(command.exptime()));
            case BinaryOpcode.GAT, BinaryOpcode.GATK ->
                write(WriteKind.GET_AND_TOUCH, command, WriteFields.touch(command.exptime()));
            default -> answerAtOnce(command);
        }
    }

    private void answerAtOnce(BinaryCommand command) {
        switch (command.opcode()) {
            case BinaryOpcode.NOOP, BinaryOpcode.VERBOSITY -> BinaryReplies.done(session.reply(), command, 0);
            case BinaryOpcode.VERSION -> BinaryReplies.text(session.reply(), command, TextReplies.MEMCACHED_VERSION);
            case BinaryOpcode.QUIT -> BinaryReplies.done(session.end(), command, 0);
            case BinaryOpcode.FLUSH -> flush(command);
            case BinaryOpcode.STAT -> stat(command);
            case BinaryOpcode.SASL_LIST, BinaryOpcode.SASL_START, BinaryOpcode.SASL_STEP -> authenticate(command);
            default -> BinaryReplies.error(session.reply(), command, BinaryOpcode.UNKNOWN_COMMAND);
        }
    }

    /** SASL with its one mechanism, PLAIN; the message may come with the first step or with the second. */
    private void authenticate(BinaryCommand command) {
        if (loop.authenticator() == null) {
            BinaryReplies.error(session.reply(), command, BinaryOpcode.UNKNOWN_COMMAND);
        } else if (command.opcode() == BinaryOpcode.SASL_LIST) {
            BinaryReplies.text(session.reply(), command, SaslPlain.MECHANISM);
        } else if (!SaslPlain.isMechanism(command.key())) {
            BinaryReplies.error(session.reply(), command, BinaryOpcode.AUTH_ERROR);
        } else if (command.opcode() == BinaryOpcode.SASL_START
                && command.value().isEmpty()) {
            BinaryReplies.error(session.reply(), command, BinaryOpcode.AUTH_CONTINUE);
        } else {
            Optional<Credentials> credentials = SaslPlain.credentials(command.value());
            if (credentials.isEmpty()) {
                BinaryReplies.error(session.reply(), command, BinaryOpcode.AUTH_ERROR);
            } else {
                session.enqueue(new LoginPending(
                        session, credentials.get(), (out, outcome) -> answerLogin(out, command, outcome)));
            }
        }
    }

    private static void answerLogin(ByteBuf out, BinaryCommand command, Outcome outcome) {
        switch (outcome) {
            case ACCEPTED -> BinaryReplies.text(out, command, "Authenticated");
            case REFUSED -> BinaryReplies.error(out, command, BinaryOpcode.AUTH_ERROR);
            case OVERLOADED -> BinaryReplies.failure(out, command, "too many clients authenticate: try again");
        }
    }

    /** With a cas unique, add and replace are what set is, as in memcached. */
    private void store(WriteKind kind, BinaryCommand command) {
        write(command.cas() == 0 ? kind : WriteKind.CAS, command, record(command));
    }

    private static WriteFields record(BinaryCommand command) {
        return WriteFields.record(command.flags(), command.exptime(), command.cas(), command.value());
    }

    private static WriteFields count(BinaryCommand command) {
        WriteOptions options = command.exptime() == BinaryCommand.NO_VIVIFY
                ? WriteOptions.NONE
                : new WriteOptions(WriteOptions.VIVIFY, 0, command.initial(), command.exptime(), 0);
        return new WriteFields(0, 0, command.cas(), command.delta(), Bytes.EMPTY, options);
    }

    private void write(WriteKind kind, BinaryCommand command, WriteFields fields) {
        BinaryPending write = new BinaryPending(session, command);
        session.enqueueBegun(write);
        write.write(kind, fields);
    }

    private void flush(BinaryCommand command) {
        if (!flushAllowed) {
            BinaryReplies.error(session.reply(), command, BinaryOpcode.AUTH_ERROR);
        } else {
            session.enqueue(new FlushPending(session, command.exptime(), (out, failure) -> {
                if (failure.isEmpty()) {
                    BinaryReplies.done(out, command, 0);
                } else {
                    BinaryReplies.failure(out, command, failure);
                }
            }));
        }
    }

    /** The lines of the text protocol's stats, each as a frame. */
    private void stat(BinaryCommand command) {
        String topic = command.key().toUtf8();
        ByteBuf out = session.reply();
        if (topic.startsWith("detail ")) {
            detail(out, command, topic);
            return;
        }
        ByteBuf text = Unpooled.buffer();
        loop.writeStats(topic, session, text);
        String lines = text.toString(StandardCharsets.UTF_8);
        if (lines.startsWith("ERROR") || lines.startsWith("CLIENT_ERROR")) {
            BinaryReplies.error(out, command, BinaryOpcode.NOT_FOUND);
            return;
        }
        for (String line : lines.split("\r\n", -1)) {
            String[] words = line.split(" ", 3);
            if (words[0].equals("STAT") && words.length > 1) {
                BinaryReplies.stat(out, command, words[1], words.length > 2 ? words[2] : "");
            }
        }
        BinaryReplies.stat(out, command, "", "");
    }

    /** Taken as memcached takes it, but no figures are kept for prefixes of keys. */
    private static void detail(ByteBuf out, BinaryCommand command, String topic) {
        switch (topic) {
            case "detail on", "detail off" -> BinaryReplies.stat(out, command, "", "");
            case "detail dump" -> {
                BinaryReplies.stat(out, command, "detailed", "END\r\n");
                BinaryReplies.stat(out, command, "", "");
            }
            default -> BinaryReplies.error(out, command, BinaryOpcode.NOT_FOUND);
        }
    }

    @Override
    public void refuse(Refusal refusal) {
        if (!(refusal instanceof BadFrame frame)) {
            session.end(); // no frame at all
            return;
        }
        if (!session.admission().isAdmitted()) {
            BinaryReplies.error(
                    session.end(), new BadFrame(frame.opcode(), frame.opaque(), BinaryOpcode.AUTH_ERROR, 0, 0, true));
            return;
        }
        if (frame.status() == BinaryOpcode.TOO_LARGE) {
            loop.stats().increment(Count.STORE_TOO_LARGE);
        }
        BinaryReplies.error(frame.close() ? session.end() : session.reply(), frame);
    }

    @Override
    public void outOfMemory(ByteBuf out) {
        // Nothing that a client could understand in the middle of its frame: the connection ends.
    }
}
