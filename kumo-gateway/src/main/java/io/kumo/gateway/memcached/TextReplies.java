package io.kumo.gateway.memcached;

import io.kumo.base.Bytes;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Writes the answers of memcached's text protocol, byte for byte. */
public final class TextReplies {
    /** What {@code version} says: clients look at the number. */
    public static final String MEMCACHED_VERSION = "1.6.27";

    private static final byte[] VALUE = ascii("VALUE ");
    private static final byte[] END = ascii("END\r\n");
    private static final byte[] STORED = ascii("STORED\r\n");
    private static final byte[] NOT_STORED = ascii("NOT_STORED\r\n");
    private static final byte[] EXISTS = ascii("EXISTS\r\n");
    private static final byte[] NOT_FOUND = ascii("NOT_FOUND\r\n");
    private static final byte[] DELETED = ascii("DELETED\r\n");
    private static final byte[] TOUCHED = ascii("TOUCHED\r\n");
    private static final byte[] OK = ascii("OK\r\n");
    private static final byte[] MN = ascii("MN\r\n");
    private static final byte[] NOT_A_NUMBER =
            ascii("CLIENT_ERROR cannot increment or decrement non-numeric value\r\n");
    private static final byte[] TOO_LARGE = ascii("SERVER_ERROR object too large for cache\r\n");
    private static final int LONGEST_ERROR = 900;

    private TextReplies() {}

    /** One record of the answer to get or gat. */
    public static void value(ByteBuf out, Bytes key, int flags, Bytes value) {
        out.ensureWritable(VALUE.length + key.length() + value.length() + 32);
        out.writeBytes(VALUE).writeBytes(key.unsafeArray()).writeByte(' ');
        number(out, flags & 0xffffffffL);
        out.writeByte(' ');
        number(out, value.length());
        endOfLine(out);
        out.writeBytes(value.unsafeArray());
        endOfLine(out);
    }

    /** One record of the answer to gets or gats. */
    public static void valueWithCas(ByteBuf out, Bytes key, int flags, long cas, Bytes value) {
        out.ensureWritable(VALUE.length + key.length() + value.length() + 56);
        out.writeBytes(VALUE).writeBytes(key.unsafeArray()).writeByte(' ');
        number(out, flags & 0xffffffffL);
        out.writeByte(' ');
        number(out, value.length());
        out.writeByte(' ');
        number(out, cas);
        endOfLine(out);
        out.writeBytes(value.unsafeArray());
        endOfLine(out);
    }

    /** The end of the records of a get, and of stats. */
    public static void end(ByteBuf out) {
        out.writeBytes(END);
    }

    /**
     * The answer to a command that changes a record, but gat.
     *
     * @param number the new value, for incr and decr
     */
    public static void written(ByteBuf out, WriteKind kind, WriteStatus status, long number) {
        switch (status) {
            case DONE, UNCHANGED -> done(out, kind, number);
            case NOT_STORED -> out.writeBytes(NOT_STORED);
            case EXISTS -> out.writeBytes(EXISTS);
            case NOT_FOUND -> out.writeBytes(NOT_FOUND);
            case NOT_A_NUMBER -> out.writeBytes(NOT_A_NUMBER);
            case TOO_LARGE -> out.writeBytes(TOO_LARGE);
        }
    }

    private static void done(ByteBuf out, WriteKind kind, long number) {
        switch (kind) {
            case INCR, DECR -> {
                number(out, number);
                endOfLine(out);
            }
            case DELETE -> out.writeBytes(DELETED);
            case TOUCH -> out.writeBytes(TOUCHED);
            case FLUSH -> out.writeBytes(OK);
            default -> out.writeBytes(STORED);
        }
    }

    /** The answer to a login that was accepted. */
    public static void stored(ByteBuf out) {
        out.writeBytes(STORED);
    }

    /** OK: flush_all, verbosity. */
    public static void ok(ByteBuf out) {
        out.writeBytes(OK);
    }

    /** The answer to mn. */
    public static void noop(ByteBuf out) {
        out.writeBytes(MN);
    }

    /** The answer to version: nothing but a number, as there are clients that compare the last word of it. */
    public static void version(ByteBuf out) {
        line(out, "VERSION " + MEMCACHED_VERSION);
    }

    /** One figure of stats. */
    public static void stat(ByteBuf out, String name, String value) {
        line(out, "STAT " + name + ' ' + value);
    }

    /** Any other line. */
    public static void line(ByteBuf out, String text) {
        out.writeCharSequence(text, StandardCharsets.UTF_8);
        endOfLine(out);
    }

    /** SERVER_ERROR and what happened, in one line whatever the text holds. */
    public static void serverError(ByteBuf out, String text) {
        StringBuilder line = new StringBuilder("SERVER_ERROR ");
        for (int i = 0; i < text.length() && i < LONGEST_ERROR; i++) {
            char character = text.charAt(i);
            line.append(character < ' ' ? ' ' : character);
        }
        line(out, line.toString());
    }

    static void endOfLine(ByteBuf out) {
        out.writeShort('\r' << 8 | '\n');
    }

    /** Characters that {@link #number} writes. */
    static int digits(long value) {
        if (value < 0) {
            return digits(Long.divideUnsigned(value, 10)) + 1;
        }
        int digits = 1;
        for (long power = 10; digits < 19 && value >= power; power *= 10) {
            digits++;
        }
        return digits;
    }

    /** Writes {@code value}, taken as unsigned, in decimal. */
    static void number(ByteBuf out, long value) {
        if (value < 0) {
            long rest = Long.divideUnsigned(value, 10);
            number(out, rest);
            out.writeByte('0' + (int) (value - rest * 10));
            return;
        }
        int digits = digits(value);
        int end = out.writerIndex() + digits;
        out.ensureWritable(digits);
        long rest = value;
        for (int at = end - 1; at >= out.writerIndex(); at--) {
            out.setByte(at, '0' + (int) (rest % 10));
            rest /= 10;
        }
        out.writerIndex(end);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
