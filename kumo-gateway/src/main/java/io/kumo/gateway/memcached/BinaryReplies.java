package io.kumo.gateway.memcached;

import io.kumo.base.Bytes;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Writes the answers of memcached's binary protocol, byte for byte. */
public final class BinaryReplies {
    private static final int MAGIC = 0x81;
    private static final int LONGEST_TEXT = 900;

    private BinaryReplies() {}

    /** A record, for get and its kin. */
    public static void value(ByteBuf out, BinaryCommand command, int flags, long cas, Bytes value) {
        int keyBytes = command.answersKey() ? command.key().length() : 0;
        out.ensureWritable(BinaryParser.HEADER_BYTES + 4 + keyBytes + value.length());
        begin(out, command.wireOpcode(), BinaryOpcode.OK, 4, keyBytes);
        end(out, 4 + keyBytes + value.length(), command.opaque(), cas);
        out.writeInt(flags);
        if (keyBytes > 0) {
            out.writeBytes(command.key().unsafeArray());
        }
        out.writeBytes(value.unsafeArray());
    }

    /** A miss of get and its kin; silence if it is quiet. */
    public static void miss(ByteBuf out, BinaryCommand command) {
        if (command.quiet()) {
            return;
        }
        if (command.answersKey()) {
            int keyBytes = command.key().length();
            begin(out, command.wireOpcode(), BinaryOpcode.NOT_FOUND, 0, keyBytes);
            end(out, keyBytes, command.opaque(), 0);
            out.writeBytes(command.key().unsafeArray());
        } else {
            error(out, command, BinaryOpcode.NOT_FOUND);
        }
    }

    /** Success without more to say; silence if it is quiet. */
    public static void done(ByteBuf out, BinaryCommand command, long cas) {
        if (!command.quiet()) {
            begin(out, command.wireOpcode(), BinaryOpcode.OK, 0, 0);
            end(out, 0, command.opaque(), cas);
        }
    }

    /** Success of a touch. */
    public static void touched(ByteBuf out, BinaryCommand command, int flags, long cas) {
        begin(out, command.wireOpcode(), BinaryOpcode.OK, 4, 0);
        end(out, 4, command.opaque(), cas);
        out.writeInt(flags);
    }

    /** Success of increment and decrement; silence if it is quiet. */
    public static void number(ByteBuf out, BinaryCommand command, long number, long cas) {
        if (!command.quiet()) {
            begin(out, command.wireOpcode(), BinaryOpcode.OK, 0, 0);
            end(out, 8, command.opaque(), cas);
            out.writeLong(number);
        }
    }

    /** A name with its value, of stat; both empty for the end of them. */
    public static void stat(ByteBuf out, BinaryCommand command, String name, String value) {
        byte[] key = name.getBytes(StandardCharsets.UTF_8);
        byte[] body = value.getBytes(StandardCharsets.UTF_8);
        begin(out, command.wireOpcode(), BinaryOpcode.OK, 0, key.length);
        end(out, key.length + body.length, command.opaque(), 0);
        out.writeBytes(key).writeBytes(body);
    }

    /** Success, with a text. */
    public static void text(ByteBuf out, BinaryCommand command, String text) {
        body(out, command.wireOpcode(), BinaryOpcode.OK, command.opaque(), text);
    }

    /** An outcome other than success, with memcached's text for it. */
    public static void error(ByteBuf out, BinaryCommand command, int status) {
        body(out, command.wireOpcode(), status, command.opaque(), BinaryOpcode.text(status));
    }

    /** The same for what was no command. */
    public static void error(ByteBuf out, ParseResult.BadFrame frame) {
        body(out, frame.opcode(), frame.status(), frame.opaque(), BinaryOpcode.text(frame.status()));
    }

    /** The cluster could not carry it out. */
    public static void failure(ByteBuf out, BinaryCommand command, String text) {
        String shown = text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text;
        body(out, command.wireOpcode(), BinaryOpcode.TEMPORARY_FAILURE, command.opaque(), shown);
    }

    /** What a write that changed nothing is answered. */
    public static int statusOf(WriteKind kind, WriteStatus status) {
        switch (status) {
            case NOT_FOUND:
                return BinaryOpcode.NOT_FOUND;
            case EXISTS:
                return BinaryOpcode.EXISTS;
            case NOT_A_NUMBER:
                return BinaryOpcode.NOT_A_NUMBER;
            case TOO_LARGE:
                return BinaryOpcode.TOO_LARGE;
            case NOT_STORED:
                return kind == WriteKind.ADD
                        ? BinaryOpcode.EXISTS
                        : kind == WriteKind.REPLACE ? BinaryOpcode.NOT_FOUND : BinaryOpcode.NOT_STORED;
            default:
                return BinaryOpcode.OK;
        }
    }

    private static void body(ByteBuf out, int opcode, int status, int opaque, String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        begin(out, opcode, status, 0, 0);
        end(out, body.length, opaque, 0);
        out.writeBytes(body);
    }

    /** The first half of a header, up to the status. */
    private static void begin(ByteBuf out, int opcode, int status, int extraBytes, int keyBytes) {
        out.writeByte(MAGIC)
                .writeByte(opcode)
                .writeShort(keyBytes)
                .writeByte(extraBytes)
                .writeByte(0);
        out.writeShort(status);
    }

    /** The rest of it. */
    private static void end(ByteBuf out, int bodyBytes, int opaque, long cas) {
        out.writeInt(bodyBytes).writeInt(opaque).writeLong(cas);
    }
}
