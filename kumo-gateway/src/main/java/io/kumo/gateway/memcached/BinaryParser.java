package io.kumo.gateway.memcached;

import io.kumo.base.Bytes;
import io.kumo.gateway.memcached.ParseResult.BadFrame;
import io.kumo.gateway.memcached.ParseResult.Incomplete;
import io.kumo.gateway.memcached.ParseResult.Malformed;
import io.kumo.gateway.memcached.ParseResult.Parsed;
import io.netty.buffer.ByteBuf;

/**
 * Reads memcached's binary protocol: 24 bytes of header, extras, key, value. Nothing is kept of a frame before its
 * header says that it is small enough. Has no state.
 */
public final class BinaryParser implements CommandParser {
    /** The first byte of every request. */
    public static final int MAGIC = 0x80;

    static final int HEADER_BYTES = 24;
    /** A longer key ends the connection. */
    private static final int MAX_KEY_BYTES = 250;

    private static final int MAX_AUTH_BYTES = 1024;

    private final int maxValueBytes;
    private final int maxKeyBytes;

    /** A parser that refuses larger values and keys. */
    public BinaryParser(int maxValueBytes, int maxKeyBytes) {
        this.maxValueBytes = maxValueBytes;
        this.maxKeyBytes = Math.min(maxKeyBytes, MAX_KEY_BYTES);
    }

    @Override
    public ParseResult parse(ByteBuf in, int start, int scanned) {
        int available = in.writerIndex() - start;
        if (available > 0 && in.getUnsignedByte(start) != MAGIC) {
            return Malformed.end("", available);
        }
        if (available < HEADER_BYTES) {
            return new Incomplete(HEADER_BYTES, 0);
        }
        Header header = Header.read(in, start);
        int wire = in.getUnsignedByte(start + 1);
        int problem = problem(header, BinaryOpcode.loud(wire));
        if (problem != BinaryOpcode.OK) {
            boolean close = problem != BinaryOpcode.UNKNOWN_COMMAND || header.isTorn();
            long swallow = close ? 0 : header.bodyBytes();
            return new BadFrame(wire, header.opaque(), problem, HEADER_BYTES, swallow, close);
        }
        int opcode = BinaryOpcode.loud(wire);
        if (header.valueBytes() > mostValueBytes(opcode)) {
            return new BadFrame(wire, header.opaque(), BinaryOpcode.TOO_LARGE, HEADER_BYTES, header.bodyBytes(), false);
        }
        int total = HEADER_BYTES + (int) header.bodyBytes();
        if (available < total) {
            return new Incomplete(total, 0);
        }
        return new Parsed(command(in, start, header, opcode, wire), total);
    }

    private int mostValueBytes(int opcode) {
        return opcode == BinaryOpcode.SASL_START || opcode == BinaryOpcode.SASL_STEP ? MAX_AUTH_BYTES : maxValueBytes;
    }

    /** What is wrong with the frame, as memcached says it. */
    private int problem(Header header, int opcode) {
        if (header.isTorn()) {
            return BinaryOpcode.UNKNOWN_COMMAND;
        }
        if (header.keyBytes() > maxKeyBytes) {
            return BinaryOpcode.INVALID;
        }
        boolean key = header.keyBytes() > 0;
        boolean value = header.valueBytes() > 0;
        int extras = header.extraBytes();
        switch (opcode) {
            case BinaryOpcode.GET:
            case BinaryOpcode.GETK:
            case BinaryOpcode.DELETE:
                return validIf(key && !value && extras == 0);
            case BinaryOpcode.SET:
            case BinaryOpcode.ADD:
            case BinaryOpcode.REPLACE:
                return validIf(key && extras == 8);
            case BinaryOpcode.INCREMENT:
            case BinaryOpcode.DECREMENT:
                return validIf(key && !value && extras == 20);
            case BinaryOpcode.APPEND:
            case BinaryOpcode.PREPEND:
            case BinaryOpcode.SASL_START:
            case BinaryOpcode.SASL_STEP:
                return validIf(key && extras == 0);
            case BinaryOpcode.STAT:
                return validIf(!value && extras == 0);
            case BinaryOpcode.FLUSH:
                return validIf(!key && !value && (extras == 0 || extras == 4));
            case BinaryOpcode.VERBOSITY:
                return validIf(!key && !value && extras == 4);
            case BinaryOpcode.TOUCH:
            case BinaryOpcode.GAT:
            case BinaryOpcode.GATK:
                return validIf(key && !value && extras == 4);
            case BinaryOpcode.NOOP:
            case BinaryOpcode.VERSION:
            case BinaryOpcode.QUIT:
            case BinaryOpcode.SASL_LIST:
                return validIf(header.bodyBytes() == 0);
            default:
                return BinaryOpcode.UNKNOWN_COMMAND;
        }
    }

    private static int validIf(boolean valid) {
        return valid ? BinaryOpcode.OK : BinaryOpcode.INVALID;
    }

    private static BinaryCommand command(ByteBuf in, int start, Header header, int opcode, int wire) {
        int extrasAt = start + HEADER_BYTES;
        int keyAt = extrasAt + header.extraBytes();
        int flags = 0;
        long exptime = 0;
        long delta = 0;
        long initial = 0;
        switch (header.extraBytes()) {
            case 4:
                exptime = in.getUnsignedInt(extrasAt);
                break;
            case 8:
                flags = in.getInt(extrasAt);
                exptime = in.getUnsignedInt(extrasAt + 4);
                break;
            case 20:
                delta = in.getLong(extrasAt);
                initial = in.getLong(extrasAt + 8);
                exptime = in.getUnsignedInt(extrasAt + 16);
                break;
            default:
                break;
        }
        return new BinaryCommand(
                opcode,
                opcode != wire,
                wire,
                header.opaque(),
                header.cas(),
                bytes(in, keyAt, header.keyBytes()),
                flags,
                exptime,
                delta,
                initial,
                bytes(in, keyAt + header.keyBytes(), (int) header.valueBytes()));
    }

    private static Bytes bytes(ByteBuf in, int at, int length) {
        if (length == 0) {
            return Bytes.EMPTY;
        }
        byte[] copy = new byte[length];
        in.getBytes(at, copy);
        return Bytes.wrap(copy);
    }

    /** What stands before a frame's body. */
    private record Header(int keyBytes, int extraBytes, long bodyBytes, int opaque, long cas) {
        static Header read(ByteBuf in, int start) {
            return new Header(
                    in.getUnsignedShort(start + 2),
                    in.getUnsignedByte(start + 4),
                    in.getUnsignedInt(start + 8),
                    in.getInt(start + 12),
                    in.getLong(start + 16));
        }

        /** Key and extras are longer than all of it. */
        boolean isTorn() {
            return valueBytes() < 0;
        }

        long valueBytes() {
            return bodyBytes - keyBytes - extraBytes;
        }
    }
}
