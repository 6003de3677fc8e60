package io.kumo.gateway.memcached;

import io.kumo.base.Bytes;
import io.kumo.gateway.memcached.ParseResult.Incomplete;
import io.kumo.gateway.memcached.ParseResult.Malformed;
import io.kumo.gateway.memcached.ParseResult.Parsed;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Reads memcached's meta commands, from the words that {@link TextParser} cut. Follows memcached 1.6.18 in what it
 * refuses and how, and knows the flags of 1.6.27. Not thread-safe.
 */
final class MetaParser {
    /** Words of a command, with the end of the line counted as one. */
    private static final int MOST_WORDS = 20;

    private static final int MAX_OPAQUE_BYTES = 32;
    private static final String BAD_FORMAT = "CLIENT_ERROR bad command line format";
    private static final String BAD_TOKEN = "CLIENT_ERROR bad token in command line format";
    private static final String BAD_DELETE = "CLIENT_ERROR invalid or duplicate flag";

    private final Tokens words;
    private final int maxValueBytes;
    private final int maxKeyBytes;

    // What the flags of the command at hand say.
    private final boolean[] seen = new boolean[128];
    private String problem = "";
    private boolean fatal;
    private int bits;
    private int optionBits;
    private char mode;
    private long clientFlags;
    private long exptime;
    private long cas;
    private long newCas;
    private long initial;
    private long delta;
    private long vivifyExptime;
    private long recacheExptime;

    MetaParser(Tokens words, int maxValueBytes, int maxKeyBytes) {
        this.words = words;
        this.maxValueBytes = maxValueBytes;
        this.maxKeyBytes = maxKeyBytes;
    }

    /** The command whose line the words are; they take {@code consumed} bytes from {@code start}. */
    ParseResult parse(ByteBuf in, int start, int consumed) {
        char name = (char) words.at(0, 1);
        switch (name) {
            case 'n':
                return new Parsed(Command.Noop.NOOP, consumed);
            case 'e':
                return debug(consumed);
            case 'g', 's', 'd', 'a':
                return command(name, in, start, consumed);
            default:
                return Malformed.line("ERROR", consumed);
        }
    }

    private ParseResult debug(int consumed) {
        if (words.count() < 2 || words.length(1) > maxKeyBytes) {
            return Malformed.line(BAD_FORMAT, consumed);
        }
        boolean binary = words.count() > 2 && words.length(2) == 1 && words.first(2) == 'b';
        Bytes key = binary ? Base64Key.decode(words.bytes(1)) : words.bytes(1);
        if (key.isEmpty()) {
            return Malformed.line(BAD_FORMAT, consumed);
        }
        clear();
        return new Parsed(command('e', key, WriteKind.META_GET, Bytes.EMPTY, Bytes.EMPTY, binary), consumed);
    }

    private ParseResult command(char name, ByteBuf in, int start, int consumed) {
        if (words.count() < 2) {
            return Malformed.line("ERROR", consumed);
        } else if (words.length(1) > maxKeyBytes) {
            return Malformed.line(BAD_FORMAT, consumed);
        } else if (name == 's' && words.count() < 3) {
            return Malformed.line(BAD_FORMAT, consumed);
        } else if (words.count() + 1 > MOST_WORDS) {
            String verb = name == 'g' ? "are too long" : "too long";
            return Malformed.line("CLIENT_ERROR options flags " + verb, consumed);
        }
        return name == 's' ? store(in, start, consumed) : withoutValue(name, consumed);
    }

    private ParseResult withoutValue(char name, int consumed) {
        clear();
        Bytes key = readFlags(2);
        if (!problem.isEmpty()) {
            return Malformed.line(name == 'g' ? problem : BAD_DELETE, consumed);
        }
        WriteKind kind = name == 'g' ? WriteKind.META_GET : WriteKind.DELETE;
        if (name == 'a') {
            kind = mode == 'D' || mode == '-' ? WriteKind.DECR : WriteKind.INCR;
            if (mode != 0 && mode != 'I' && mode != '+' && kind == WriteKind.INCR) {
                return Malformed.line("CLIENT_ERROR invalid mode for ma M token", consumed);
            }
        }
        String opaque = checkOpaque(2);
        if (!opaque.isEmpty()) {
            return Malformed.line(opaque, consumed);
        }
        return new Parsed(command(name, key, kind, words.from(2), Bytes.EMPTY, seen['b']), consumed);
    }

    private ParseResult store(ByteBuf in, int start, int consumed) {
        if (!words.readSigned(2) || words.number() < 0 || words.number() > Integer.MAX_VALUE - 2) {
            return Malformed.line(BAD_FORMAT, consumed);
        }
        int length = (int) words.number();
        clear();
        Bytes key = readFlags(3);
        WriteKind kind = problem.isEmpty() ? storeKind() : WriteKind.SET;
        if (problem.isEmpty()) {
            problem = checkOpaque(3);
        }
        if (!problem.isEmpty()) {
            return new Malformed(problem, consumed, length + 2L, false);
        } else if (length > maxValueBytes) {
            return new Malformed("SERVER_ERROR object too large for cache", consumed, length + 2L, false);
        }
        int total = consumed + length + 2;
        if (in.writerIndex() - start < total) {
            return new Incomplete(total, consumed - 1);
        }
        int end = start + total;
        if (in.getByte(end - 2) != '\r' || in.getByte(end - 1) != '\n') {
            return Malformed.line("CLIENT_ERROR bad data chunk", total);
        }
        byte[] value = new byte[length];
        in.getBytes(start + consumed, value);
        return new Parsed(command('s', key, kind, words.from(3), Bytes.wrap(value), seen['b']), total);
    }

    private WriteKind storeKind() {
        switch (mode) {
            case 0:
            case 'S':
                return seen['C'] ? WriteKind.CAS : WriteKind.SET;
            case 'R':
                return seen['C'] ? WriteKind.CAS : WriteKind.REPLACE;
            case 'E':
                return WriteKind.ADD;
            case 'A':
                return WriteKind.APPEND;
            case 'P':
                return WriteKind.PREPEND;
            default:
                problem = "CLIENT_ERROR invalid mode for ms M token";
                return WriteKind.SET;
        }
    }

    private MetaCommand command(char name, Bytes key, WriteKind kind, Bytes flags, Bytes value, boolean binary) {
        int wanted = optionBits | WriteOptions.DETAILS;
        if (name == 'd' && seen['C']) {
            wanted |= WriteOptions.COMPARE;
        }
        return new MetaCommand(
                name,
                key,
                binary,
                flags,
                bits,
                kind,
                (int) clientFlags,
                exptime,
                cas,
                delta,
                new WriteOptions(wanted, newCas, initial, vivifyExptime, recacheExptime),
                value);
    }

    private void clear() {
        Arrays.fill(seen, false);
        problem = "";
        fatal = false;
        bits = 0;
        optionBits = 0;
        mode = 0;
        clientFlags = 0;
        exptime = 0;
        cas = 0;
        newCas = 0;
        initial = 0;
        delta = 1;
        vivifyExptime = 0;
        recacheExptime = 0;
    }

    /** Reads all flags from that word on; returns the key. A later problem hides an earlier one, as in memcached. */
    private Bytes readFlags(int first) {
        Bytes key = words.bytes(1);
        for (int i = first; i < words.count() && !fatal; i++) {
            int flag = words.first(i);
            if (flag < 0 || flag >= 127 || seen[flag]) {
                problem = "CLIENT_ERROR duplicate flag";
                fatal = true;
                break;
            }
            seen[flag] = true;
            if (flag == 'b') {
                key = Base64Key.decode(key);
                if (key.isEmpty()) {
                    problem = "CLIENT_ERROR error decoding key";
                }
            } else {
                readFlag((char) flag, i);
            }
        }
        return key;
    }

    private void readFlag(char flag, int word) {
        switch (flag) {
            case 'O', 'P', 'k', 's', 'c', 'f', 'h', 'l', 't':
                break;
            case 'L':
                bits |= words.length(word) == 2 && words.at(word, 1) == 's' ? MetaCommand.STALE_READ : 0;
                break;
            case 'v':
                bits |= MetaCommand.VALUE;
                break;
            case 'u':
                bits |= MetaCommand.UNSEEN;
                break;
            case 'q':
                bits |= MetaCommand.QUIET;
                break;
            case 'I':
                optionBits |= WriteOptions.INVALIDATE;
                break;
            case 'x':
                optionBits |= WriteOptions.REMOVE_VALUE;
                break;
            case 'M':
                if (words.length(word) == 2) {
                    mode = (char) words.at(word, 1);
                } else {
                    problem = "CLIENT_ERROR incorrect length for M token";
                }
                break;
            default:
                readNumber(flag, word);
        }
    }

    private void readNumber(char flag, int word) {
        switch (flag) {
            case 'N':
                vivifyExptime = time(word);
                optionBits |= WriteOptions.VIVIFY;
                break;
            case 'T':
                exptime = time(word);
                optionBits |= WriteOptions.NEW_EXPTIME;
                vivifyExptime = seen['N'] ? exptime : vivifyExptime; // whichever comes last is what a new record gets
                break;
            case 'R':
                recacheExptime = time(word);
                optionBits |= WriteOptions.RECACHE | (seen['T'] ? WriteOptions.RECACHE_AFTER_TOUCH : 0);
                break;
            case 'F':
                clientFlags = unsigned(word, BAD_FORMAT);
                if (clientFlags < 0 || clientFlags > 0xffffffffL) {
                    problem = problem.isEmpty() ? BAD_FORMAT : problem;
                }
                break;
            case 'C':
                cas = unsigned(word, BAD_TOKEN);
                bits |= MetaCommand.COMPARES;
                break;
            case 'E':
                newCas = unsigned(word, BAD_TOKEN);
                optionBits |= WriteOptions.NEW_CAS;
                break;
            case 'J':
                initial = unsigned(word, "CLIENT_ERROR invalid numeric initial value");
                break;
            case 'D':
                delta = unsigned(word, "CLIENT_ERROR invalid numeric delta value");
                break;
            default:
                problem = "CLIENT_ERROR invalid flag";
                fatal = true;
        }
    }

    private long time(int word) {
        if (!words.readSigned(word, 1) || words.number() != (int) words.number()) {
            problem = BAD_TOKEN;
            return 0;
        }
        return words.number();
    }

    private long unsigned(int word, String otherwise) {
        if (!words.readUnsigned(word, 1)) {
            problem = otherwise;
            return 0;
        }
        return words.number();
    }

    private String checkOpaque(int first) {
        for (int i = first; seen['O'] && i < words.count(); i++) {
            if (words.first(i) == 'O' && words.length(i) > MAX_OPAQUE_BYTES) {
                return "CLIENT_ERROR opaque token too long";
            }
        }
        return "";
    }
}
