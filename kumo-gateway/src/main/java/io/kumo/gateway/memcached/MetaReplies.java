package io.kumo.gateway.memcached;

import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.RecordDetails;
import io.kumo.protocol.WriteStatus;
import io.netty.buffer.ByteBuf;

/** Writes the answers of memcached's meta commands, byte for byte. */
public final class MetaReplies {
    /** What memcached keeps of an item beside key, value and flags, bytes; {@code me} tells the sum. */
    private static final int ITEM_BYTES = 48 + 8 + 1 + 2;

    private MetaReplies() {}

    /** The answer to a command of that outcome; silence if it is a quiet one. */
    public static void answer(ByteBuf out, MetaCommand command, WriteResult result) {
        WriteStatus status = result.status();
        boolean hit = status == WriteStatus.DONE || status == WriteStatus.UNCHANGED;
        if (status == WriteStatus.NOT_A_NUMBER) {
            TextReplies.line(out, "CLIENT_ERROR cannot increment or decrement non-numeric value");
            return;
        }
        switch (command.name()) {
            case 'g' -> got(out, command, result, hit);
            case 'a' -> counted(out, command, result, hit);
            case 'e' -> debug(out, command, result, hit);
            default -> changed(out, command, result, hit);
        }
    }

    private static void got(ByteBuf out, MetaCommand command, WriteResult result, boolean hit) {
        if (!hit) {
            if (!command.has(MetaCommand.QUIET)) {
                code(out, 'E', 'N');
                flags(out, command, result, false);
                TextReplies.endOfLine(out);
            }
            return;
        }
        boolean same = command.has(MetaCommand.COMPARES) && result.cas() == command.comparedCas();
        boolean value = command.has(MetaCommand.VALUE) && !same;
        begin(out, value, result.value().length());
        flags(out, command, result, true);
        RecordDetails details = result.details();
        boolean won = details.has(LogEntry.WON);
        if (details.has(LogEntry.TOKEN_SENT) && !won) {
            mark(out, 'Z');
        }
        if (details.has(LogEntry.STALE)) {
            mark(out, 'X');
        }
        if (won) {
            mark(out, 'W');
        }
        TextReplies.endOfLine(out);
        if (value) {
            out.writeBytes(result.value().unsafeArray());
            TextReplies.endOfLine(out);
        }
    }

    private static void counted(ByteBuf out, MetaCommand command, WriteResult result, boolean hit) {
        if (hit && command.has(MetaCommand.QUIET) && !result.details().has(LogEntry.CREATED)) {
            return;
        }
        boolean value = hit && command.has(MetaCommand.VALUE);
        if (hit) {
            begin(out, value, TextReplies.digits(result.number()));
        } else {
            status(out, result.status());
        }
        flags(out, command, result, hit);
        TextReplies.endOfLine(out);
        if (value) {
            TextReplies.number(out, result.number());
            TextReplies.endOfLine(out);
        }
    }

    private static void changed(ByteBuf out, MetaCommand command, WriteResult result, boolean hit) {
        if (hit && command.has(MetaCommand.QUIET)) {
            return;
        }
        status(out, result.status());
        flags(out, command, result, hit);
        TextReplies.endOfLine(out);
    }

    private static void debug(ByteBuf out, MetaCommand command, WriteResult result, boolean hit) {
        if (!hit) {
            TextReplies.line(out, "EN");
            return;
        }
        RecordDetails details = result.details();
        out.writeByte('M').writeByte('E').writeByte(' ');
        out.writeBytes(
                command.binaryKey()
                        ? Base64Key.encode(command.key())
                        : command.key().unsafeArray());
        int size = ITEM_BYTES
                + (result.flags() == 0 ? 0 : 4)
                + command.key().length()
                + result.value().length();
        TextReplies.line(
                out,
                " exp=" + details.ttlSec() + " la=" + details.idleSec() + " cas="
                        + Long.toUnsignedString(result.cas()) + " fetch="
                        + (details.has(RecordDetails.HIT_BEFORE) ? "yes" : "no") + " cls=1 size=" + size);
    }

    private static void begin(ByteBuf out, boolean value, int length) {
        if (value) {
            code(out, 'V', 'A');
            out.writeByte(' ');
            TextReplies.number(out, length);
        } else {
            code(out, 'H', 'D');
        }
    }

    private static void status(ByteBuf out, WriteStatus status) {
        switch (status) {
            case DONE, UNCHANGED -> code(out, 'H', 'D');
            case EXISTS -> code(out, 'E', 'X');
            case NOT_FOUND -> code(out, 'N', 'F');
            default -> code(out, 'N', 'S');
        }
    }

    /** What the command's flags ask back, in their order. */
    private static void flags(ByteBuf out, MetaCommand command, WriteResult result, boolean hit) {
        byte[] flags = command.flags().unsafeArray();
        boolean touched = false;
        int at = 0;
        while (at < flags.length) {
            int end = at;
            while (end < flags.length && flags[end] != ' ') {
                end++;
            }
            if (end > at) {
                touched |= flags[at] == 'T' || flags[at] == 'N';
                flag(out, command, result, hit, touched, at);
                if (flags[at] == 'O') {
                    out.writeByte(' ').writeBytes(flags, at, end - at);
                }
            }
            at = end + 1;
        }
    }

    private static void flag(
            ByteBuf out, MetaCommand command, WriteResult result, boolean hit, boolean touched, int at) {
        char flag = (char) command.flags().unsafeArray()[at];
        if (flag == 'k') {
            key(out, command);
        } else if (flag == 'c' && (command.name() == 's' || (hit && command.name() != 'd'))) {
            mark(out, 'c');
            TextReplies.number(out, result.cas());
        } else if (flag == 's' && command.name() == 's') {
            mark(out, 's');
            boolean grown = hit && result.number() > 0;
            TextReplies.number(out, grown ? result.number() : command.value().length());
        } else if (flag == 't' && hit && command.name() != 's' && command.name() != 'd') {
            mark(out, 't');
            ttl(out, touched ? result.details().ttlSec() : result.details().ttlBeforeSec());
        } else if (hit && command.isGet()) {
            recordFlag(out, flag, result);
        }
    }

    private static void recordFlag(ByteBuf out, char flag, WriteResult result) {
        switch (flag) {
            case 's' -> {
                mark(out, 's');
                TextReplies.number(out, result.value().length());
            }
            case 'f' -> {
                mark(out, 'f');
                TextReplies.number(out, result.flags() & 0xffffffffL);
            }
            case 'l' -> {
                mark(out, 'l');
                TextReplies.number(out, result.details().idleSec());
            }
            case 'h' -> {
                mark(out, 'h');
                out.writeByte(result.details().has(RecordDetails.HIT_BEFORE) ? '1' : '0');
            }
            default -> {
                // asks for nothing
            }
        }
    }

    private static void key(ByteBuf out, MetaCommand command) {
        mark(out, 'k');
        if (command.binaryKey()) {
            out.writeBytes(Base64Key.encode(command.key()));
            mark(out, 'b');
        } else {
            out.writeBytes(command.key().unsafeArray());
        }
    }

    private static void ttl(ByteBuf out, long ttlSec) {
        if (ttlSec < 0) {
            out.writeByte('-').writeByte('1');
        } else {
            TextReplies.number(out, ttlSec);
        }
    }

    private static void code(ByteBuf out, char first, char second) {
        out.writeByte(first).writeByte(second);
    }

    private static void mark(ByteBuf out, char mark) {
        out.writeByte(' ').writeByte(mark);
    }
}
