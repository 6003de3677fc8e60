package io.kumo.gateway.memcached;

import io.kumo.base.Bytes;
import io.kumo.gateway.memcached.ParseResult.Incomplete;
import io.kumo.gateway.memcached.ParseResult.Malformed;
import io.kumo.gateway.memcached.ParseResult.Parsed;
import io.kumo.protocol.WriteKind;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads memcached's text protocol. What it answers depends on the given bytes only, so any split of the input gives the
 * same commands; the scratch space that it reuses makes it not thread-safe. Follows memcached 1.6.18, with its error
 * lines; numbers that memcached would silently cut to 32 bits are refused.
 */
public final class TextParser implements CommandParser {
    /** Longest key, bytes. */
    public static final int MAX_KEY_BYTES = 250;
    /** A line that is longer without being a get ends the connection, bytes. */
    public static final int MAX_LINE_BYTES = 2048;
    /** A get with a longer line is refused and ends the connection, bytes. */
    public static final int MAX_GET_LINE_BYTES = 2 << 20;
    /** A get of more keys is refused. */
    public static final int MAX_KEYS = 65_536;

    private static final String BAD_FORMAT = "CLIENT_ERROR bad command line format";
    private static final long MAX_FLAGS = 0xffffffffL;
    private static final long MAX_EXPTIME = 1L << 40; // far beyond any date, so that milliseconds can't overflow

    private static final byte[] NOREPLY = ascii("noreply");
    private static final byte[] ZERO = ascii("0");
    private static final byte[] GET = ascii("get");
    private static final byte[] GETS = ascii("gets");
    private static final byte[] BGET = ascii("bget");
    private static final byte[] GAT = ascii("gat");
    private static final byte[] GATS = ascii("gats");
    private static final byte[] SET = ascii("set");
    private static final byte[] ADD = ascii("add");
    private static final byte[] REPLACE = ascii("replace");
    private static final byte[] APPEND = ascii("append");
    private static final byte[] PREPEND = ascii("prepend");
    private static final byte[] CAS = ascii("cas");
    private static final byte[] DELETE = ascii("delete");
    private static final byte[] INCR = ascii("incr");
    private static final byte[] DECR = ascii("decr");
    private static final byte[] TOUCH = ascii("touch");
    private static final byte[] STATS = ascii("stats");
    private static final byte[] FLUSH_ALL = ascii("flush_all");
    private static final byte[] VERSION = ascii("version");
    private static final byte[] VERBOSITY = ascii("verbosity");
    private static final byte[] QUIT = ascii("quit");
    private static final byte[] HTTP = ascii("HTTP/");

    private final int maxValueBytes;
    private final int maxKeyBytes;
    private final Tokens words = new Tokens();
    private final MetaParser meta;
    private final byte[] shortLine = new byte[MAX_LINE_BYTES + 2];

    /** A parser that refuses larger values and keys. */
    public TextParser(int maxValueBytes, int maxKeyBytes) {
        this.maxValueBytes = maxValueBytes;
        this.maxKeyBytes = maxKeyBytes;
        meta = new MetaParser(words, maxValueBytes, maxKeyBytes);
    }

    @Override
    public ParseResult parse(ByteBuf in, int start, int scanned) {
        int available = in.writerIndex() - start;
        int newline = in.indexOf(start + Math.min(scanned, available), in.writerIndex(), (byte) '\n');
        int lineBytes = newline < 0 ? available : newline - start;
        if (lineBytes > MAX_LINE_BYTES && !isLongGet(in, start, lineBytes)) {
            return Malformed.end("", lineBytes);
        }
        if (lineBytes > MAX_GET_LINE_BYTES) {
            return Malformed.end("CLIENT_ERROR line too long", lineBytes);
        }
        if (newline < 0) {
            return new Incomplete(available + 1, available);
        }
        byte[] line = lineBytes <= shortLine.length ? shortLine : new byte[lineBytes];
        in.getBytes(start, line, 0, lineBytes);
        boolean hasReturn = lineBytes > 1 && line[lineBytes - 1] == '\r';
        words.cut(line, hasReturn ? lineBytes - 1 : lineBytes);
        return command(in, start, lineBytes + 1);
    }

    /** memcached lets only a get have a line without a bound; it looks through at most 100 spaces before it. */
    private static boolean isLongGet(ByteBuf in, int start, int lineBytes) {
        int at = start;
        while (at < start + lineBytes && at - start <= 100 && in.getByte(at) == ' ') {
            at++;
        }
        if (at - start > 100 || start + lineBytes - at < 5) {
            return false;
        }
        boolean get = in.getByte(at) == 'g' && in.getByte(at + 1) == 'e' && in.getByte(at + 2) == 't';
        byte next = in.getByte(at + 3);
        return get && (next == ' ' || (next == 's' && in.getByte(at + 4) == ' '));
    }

    private ParseResult command(ByteBuf in, int start, int consumed) {
        if (words.count() == 0 || words.length(0) < 2) {
            return error(consumed);
        }
        switch (words.first(0)) {
            case 'g':
                return gets(consumed);
            case 's':
                if (words.is(0, SET)) {
                    return store(WriteKind.SET, in, start, consumed);
                } else if (words.is(0, STATS)) {
                    return stats(consumed);
                }
                return refused(consumed);
            case 'a':
                if (words.is(0, ADD)) {
                    return store(WriteKind.ADD, in, start, consumed);
                }
                return words.is(0, APPEND) ? store(WriteKind.APPEND, in, start, consumed) : error(consumed);
            case 'c':
                return words.is(0, CAS) ? store(WriteKind.CAS, in, start, consumed) : refused(consumed);
            case 'i':
                return words.is(0, INCR) ? count(WriteKind.INCR, consumed) : error(consumed);
            case 'd':
                if (words.is(0, DELETE)) {
                    return delete(consumed);
                }
                return words.is(0, DECR) ? count(WriteKind.DECR, consumed) : error(consumed);
            case 't':
                return words.is(0, TOUCH) ? touch(consumed) : error(consumed);
            default:
                return rareCommand(in, start, consumed);
        }
    }

    private ParseResult rareCommand(ByteBuf in, int start, int consumed) {
        if (words.is(0, REPLACE)) {
            return store(WriteKind.REPLACE, in, start, consumed);
        } else if (words.is(0, PREPEND)) {
            return store(WriteKind.PREPEND, in, start, consumed);
        } else if (words.is(0, BGET)) {
            return words.count() < 2 ? error(consumed) : get(1, false, consumed);
        } else if (words.length(0) == 2 && words.first(0) == 'm') {
            return meta.parse(in, start, consumed);
        } else if (words.is(0, FLUSH_ALL)) {
            return flushAll(consumed);
        } else if (words.is(0, VERSION)) {
            return new Parsed(Command.Version.VERSION, consumed);
        } else if (words.is(0, QUIT)) {
            return new Parsed(Command.Quit.QUIT, consumed);
        } else if (words.is(0, VERBOSITY)) {
            return verbosity(consumed);
        }
        // A browser that was led here must not go on to speak.
        return words.startsWith(words.count() - 1, HTTP) ? Malformed.end("", consumed) : refused(consumed);
    }

    /** Commands about memory and threads that memcached has. */
    private ParseResult refused(int consumed) {
        String line = Refusals.of(words);
        return line == null ? error(consumed) : Malformed.line(line, consumed);
    }

    private ParseResult gets(int consumed) {
        if (words.count() < 2) {
            return error(consumed);
        } else if (words.is(0, GET)) {
            return get(1, false, consumed);
        } else if (words.is(0, GETS)) {
            return get(1, true, consumed);
        } else if (words.is(0, GAT)) {
            return getAndTouch(false, consumed);
        } else if (words.is(0, GATS)) {
            return getAndTouch(true, consumed);
        }
        return error(consumed);
    }

    private ParseResult get(int firstKey, boolean withCas, int consumed) {
        if (words.count() == firstKey + 1) {
            return words.length(firstKey) > maxKeyBytes
                    ? badFormat(false, consumed)
                    : new Parsed(new Command.Get(List.of(words.bytes(firstKey)), withCas), consumed);
        }
        Bytes[] keys = keys(firstKey);
        if (keys == null) {
            return refusedKeys(firstKey, consumed);
        }
        return new Parsed(new Command.Get(List.of(keys), withCas), consumed);
    }

    private ParseResult getAndTouch(boolean withCas, int consumed) {
        if (!words.readSigned(1) || !isTime(words.number())) {
            return Malformed.line("CLIENT_ERROR invalid exptime argument", consumed);
        }
        long exptime = words.number();
        if (words.count() == 2) {
            return new Parsed(new Command.GetAndTouch(List.of(), exptime, withCas), consumed);
        }
        Bytes[] keys = keys(2);
        if (keys == null) {
            return refusedKeys(2, consumed);
        }
        return new Parsed(new Command.GetAndTouch(List.of(keys), exptime, withCas), consumed);
    }

    /** All words from that one on; null if one is too long for a key, or if there are too many. */
    private Bytes @Nullable [] keys(int firstKey) {
        int count = words.countFrom(firstKey);
        if (count > MAX_KEYS) {
            return null;
        }
        Bytes[] keys = new Bytes[count];
        int at = words.start(firstKey);
        for (int i = 0; i < count; i++) {
            int begin = words.nextWord(at);
            at = words.wordEnd(begin);
            if (at - begin > maxKeyBytes) {
                return null;
            }
            keys[i] = words.slice(begin, at);
        }
        return keys;
    }

    private ParseResult refusedKeys(int firstKey, int consumed) {
        return words.countFrom(firstKey) > MAX_KEYS
                ? Malformed.line("SERVER_ERROR more than " + MAX_KEYS + " keys in one request", consumed)
                : badFormat(false, consumed);
    }

    private ParseResult store(WriteKind kind, ByteBuf in, int start, int consumed) {
        int fields = kind == WriteKind.CAS ? 6 : 5;
        if (words.count() != fields && words.count() != fields + 1) {
            return error(consumed);
        }
        boolean noreply = endsWithNoreply();
        if (words.length(1) > maxKeyBytes) {
            return badFormat(noreply, consumed);
        }
        boolean valid = words.readUnsigned(2) && words.number() >= 0 && words.number() <= MAX_FLAGS;
        int flags = (int) words.number();
        valid = valid && words.readSigned(3) && isTime(words.number());
        long exptime = words.number();
        valid = valid && words.readSigned(4);
        long length = words.number();
        valid = valid && length >= 0 && length <= Integer.MAX_VALUE - 2;
        valid = valid && (kind != WriteKind.CAS || words.readUnsigned(5));
        long cas = kind == WriteKind.CAS ? words.number() : 0;
        if (!valid) {
            return badFormat(noreply, consumed);
        } else if (length > maxValueBytes) {
            String reply = noreply ? "" : "SERVER_ERROR object too large for cache";
            return new Malformed(reply, consumed, length + 2, false);
        }
        int total = consumed + (int) length + 2;
        if (in.writerIndex() - start < total) {
            return new Incomplete(total, consumed - 1);
        }
        int end = start + total;
        if (in.getByte(end - 2) != '\r' || in.getByte(end - 1) != '\n') {
            return Malformed.line(noreply ? "" : "CLIENT_ERROR bad data chunk", total);
        }
        byte[] value = new byte[(int) length];
        in.getBytes(start + consumed, value);
        Command store = new Command.Store(kind, words.bytes(1), flags, exptime, cas, Bytes.wrap(value), noreply);
        return new Parsed(store, total);
    }

    private ParseResult count(WriteKind kind, int consumed) {
        if (words.count() != 3 && words.count() != 4) {
            return error(consumed);
        }
        boolean noreply = endsWithNoreply();
        if (words.length(1) > maxKeyBytes) {
            return badFormat(noreply, consumed);
        } else if (!words.readUnsigned(2)) {
            return Malformed.line(noreply ? "" : "CLIENT_ERROR invalid numeric delta argument", consumed);
        }
        return new Parsed(new Command.Count(kind, words.bytes(1), words.number(), noreply), consumed);
    }

    private ParseResult delete(int consumed) {
        int count = words.count();
        if (count < 2 || count > 4) {
            return error(consumed);
        }
        boolean noreply = count > 2 && endsWithNoreply();
        if (count > 2) {
            // Ancient clients send a time, which may only be 0.
            boolean zero = words.is(2, ZERO);
            if (count == 3 ? !zero && !noreply : !zero || !noreply) {
                String usage = BAD_FORMAT + ".  Usage: delete <key> [noreply]";
                return Malformed.line(noreply ? "" : usage, consumed);
            }
        }
        return words.length(1) > maxKeyBytes
                ? badFormat(noreply, consumed)
                : new Parsed(new Command.Delete(words.bytes(1), noreply), consumed);
    }

    private ParseResult touch(int consumed) {
        if (words.count() != 3 && words.count() != 4) {
            return error(consumed);
        }
        boolean noreply = endsWithNoreply();
        if (words.length(1) > maxKeyBytes) {
            return badFormat(noreply, consumed);
        } else if (!words.readSigned(2) || !isTime(words.number())) {
            return Malformed.line(noreply ? "" : "CLIENT_ERROR invalid exptime argument", consumed);
        }
        return new Parsed(new Command.Touch(words.bytes(1), words.number(), noreply), consumed);
    }

    private ParseResult stats(int consumed) {
        if (words.count() == 1) {
            return new Parsed(new Command.Stats(""), consumed);
        }
        String topic = words.bytes(1).toUtf8();
        if (topic.equals("detail")) {
            String what = words.count() == 3 ? words.bytes(2).toUtf8() : "";
            return switch (what) {
                case "on", "off" -> Malformed.line("OK", consumed); // no figures are kept for prefixes of keys
                case "dump" -> Malformed.line("END", consumed);
                default -> Malformed.line("CLIENT_ERROR usage: stats detail on|off|dump", consumed);
            };
        } else if (topic.equals("cachedump")) {
            return Malformed.line("CLIENT_ERROR stats cachedump not allowed", consumed);
        }
        return new Parsed(new Command.Stats(topic), consumed);
    }

    private ParseResult flushAll(int consumed) {
        if (words.count() > 3) {
            return error(consumed);
        }
        boolean noreply = words.count() > 1 && endsWithNoreply();
        boolean isTimed = words.count() > (noreply ? 2 : 1);
        if (isTimed && !words.readSigned(1)) {
            return Malformed.line(noreply ? "" : "CLIENT_ERROR invalid exptime argument", consumed);
        }
        return new Parsed(new Command.FlushAll(isTimed ? words.number() : 0, noreply), consumed);
    }

    private ParseResult verbosity(int consumed) {
        if (words.count() != 2 && words.count() != 3) {
            return error(consumed);
        }
        boolean noreply = endsWithNoreply();
        if (!words.readUnsigned(1)) {
            return badFormat(noreply, consumed);
        }
        return new Parsed(noreply ? Command.Verbosity.SILENT : Command.Verbosity.ANSWERED, consumed);
    }

    private boolean endsWithNoreply() {
        return words.is(words.count() - 1, NOREPLY);
    }

    private static boolean isTime(long exptime) {
        return exptime >= -MAX_EXPTIME && exptime <= MAX_EXPTIME;
    }

    private static ParseResult error(int consumed) {
        return Malformed.line("ERROR", consumed);
    }

    private static ParseResult badFormat(boolean noreply, int consumed) {
        return Malformed.line(noreply ? "" : BAD_FORMAT, consumed);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
