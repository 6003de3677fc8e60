package io.kumo.gateway.memcached;

import io.kumo.auth.Credentials;
import io.kumo.gateway.memcached.ParseResult.Incomplete;
import io.kumo.gateway.memcached.ParseResult.Malformed;
import io.kumo.gateway.memcached.ParseResult.Parsed;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Reads the text protocol of a client that must say who it is first, as {@code memcached -Y} does: the value of a set
 * is {@code USER PASSWORD}; its key, flags and expiry time mean nothing. Unlike memcached it takes version and quit
 * too. Not thread-safe.
 */
public final class LoginParser implements CommandParser {
    private static final int MAX_LINE_BYTES = 2048;
    /** Longer values are no user and password, bytes. */
    private static final int MAX_TOKEN_BYTES = Credentials.MAX_USER_BYTES + 1 + Credentials.MAX_PASSWORD_BYTES;

    private static final String BAD_TOKEN = "CLIENT_ERROR bad authentication token format";
    private static final byte[] SET = ascii("set");
    private static final byte[] VERSION = ascii("version");
    private static final byte[] QUIT = ascii("quit");

    private final Tokens words = new Tokens();

    @Override
    public ParseResult parse(ByteBuf in, int start, int scanned) {
        int available = in.writerIndex() - start;
        int newline = in.indexOf(start + Math.min(scanned, available), in.writerIndex(), (byte) '\n');
        int lineBytes = newline < 0 ? available : newline - start;
        if (lineBytes > MAX_LINE_BYTES) {
            return Malformed.end("", lineBytes);
        }
        if (newline < 0) {
            return new Incomplete(available + 1, available);
        }
        cut(in, start, lineBytes > 0 && in.getByte(newline - 1) == '\r' ? lineBytes - 1 : lineBytes);
        int consumed = lineBytes + 1;
        if (words.count() == 1 && words.is(0, VERSION)) {
            return new Parsed(Command.Version.VERSION, consumed);
        } else if (words.count() == 1 && words.is(0, QUIT)) {
            return new Parsed(Command.Quit.QUIT, consumed);
        } else if (words.count() < 5 || !words.is(0, SET) || !words.readUnsigned(4)) {
            return Malformed.line("CLIENT_ERROR unauthenticated", consumed);
        }
        long length = words.number();
        if (length < 0 || length > MAX_TOKEN_BYTES) {
            long swallow = length < 0 || length > Integer.MAX_VALUE ? Integer.MAX_VALUE : length + 2;
            return new Malformed(BAD_TOKEN, consumed, swallow, false);
        }
        int total = consumed + (int) length + 2;
        return available < total ? new Incomplete(total, lineBytes) : token(in, start + consumed, (int) length, total);
    }

    private ParseResult token(ByteBuf in, int at, int length, int total) {
        if (in.getByte(at + length) != '\r' || in.getByte(at + length + 1) != '\n') {
            return Malformed.line("CLIENT_ERROR bad command line termination", total);
        }
        cut(in, at, length);
        return words.count() < 2
                ? Malformed.line(BAD_TOKEN, total)
                : new Parsed(new Command.Login(new Credentials(words.bytes(0), words.bytes(1))), total);
    }

    private void cut(ByteBuf in, int at, int length) {
        byte[] line = new byte[length];
        in.getBytes(at, line);
        words.cut(line, length);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
