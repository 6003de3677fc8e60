package io.kumo.gateway.memcached;

import io.kumo.base.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * How bytes are written down in the files of conversations: as they are, \r, \n, \x with two digits; before a byte \{N}
 * for N of it, \(N) before "x " for N of these; and \b[OPCODE FIELD...] for a frame of the binary protocol.
 */
final class Script {
    private static final int LONG_RUN = 20;
    private static final HexFormat HEX = HexFormat.of();

    private final String text;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int at;

    private Script(String text) {
        this.text = text;
    }

    static Bytes bytes(String text) {
        return Bytes.wrap(new Script(text).read());
    }

    private byte[] read() {
        int repeat = 1;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c != '\\') {
                write(c, repeat);
                repeat = 1;
                continue;
            }
            c = text.charAt(at++);
            if (c == '{') {
                repeat = Integer.parseInt(upTo('}'));
            } else if (c == '(') {
                out.writeBytes("x ".repeat(Integer.parseInt(upTo(')'))).getBytes(StandardCharsets.US_ASCII));
                at += 2;
            } else if (c == 'b') {
                at++;
                frame(upTo(']'));
            } else if (c == 'x') {
                write((char) HexFormat.fromHexDigits(text, at, at + 2), repeat);
                at += 2;
                repeat = 1;
            } else {
                write(c == 'r' ? '\r' : c == 'n' ? '\n' : c, repeat);
                repeat = 1;
            }
        }
        return out.toByteArray();
    }

    private String upTo(char end) {
        int from = at;
        at = text.indexOf(end, from) + 1;
        return text.substring(from, at - 1);
    }

    private void write(char c, int count) {
        for (int i = 0; i < count; i++) {
            out.write(c);
        }
    }

    private void frame(String described) {
        String[] fields = described.strip().split(" ");
        byte[] key = bytes(field(fields, "k", "")).unsafeArray();
        byte[] value = bytes(field(fields, "v", "")).unsafeArray();
        byte[] extras = HEX.parseHex(field(fields, "x", ""));
        ByteBuffer frame = ByteBuffer.allocate(BinaryParser.HEADER_BYTES);
        frame.put((byte) number(fields, "m", BinaryParser.MAGIC));
        frame.put((byte) HexFormat.fromHexDigits(fields[0]));
        frame.putShort((short) number(fields, "K", key.length));
        frame.put((byte) number(fields, "X", extras.length));
        frame.put((byte) number(fields, "d", 0));
        frame.putShort((short) number(fields, "s", 0));
        frame.putInt((int) number(fields, "B", extras.length + key.length + value.length));
        frame.putInt((int) number(fields, "o", 0));
        frame.putLong(number(fields, "c", 0));
        out.writeBytes(frame.array());
        out.writeBytes(extras);
        out.writeBytes(key);
        out.writeBytes(value);
    }

    private static long number(String[] fields, String name, long usual) {
        String digits = field(fields, name, "");
        return digits.isEmpty() ? usual : HexFormat.fromHexDigitsToLong(digits);
    }

    private static String field(String[] fields, String name, String usual) {
        for (String field : fields) {
            if (field.startsWith(name + ":")) {
                return field.substring(2);
            }
        }
        return usual;
    }

    /** The other way: what {@link #bytes} reads as these. */
    static String written(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes.length; ) {
            int end = i;
            while (end < bytes.length && bytes[end] == bytes[i]) {
                end++;
            }
            int run = end - i;
            if (run >= LONG_RUN) {
                text.append("\\{").append(run).append('}');
                append(text, bytes[i]);
            } else {
                for (int n = 0; n < run; n++) {
                    append(text, bytes[i]);
                }
            }
            i = end;
        }
        return text.toString();
    }

    private static void append(StringBuilder text, byte value) {
        if (value == '\r') {
            text.append("\\r");
        } else if (value == '\n') {
            text.append("\\n");
        } else if (value == '\\') {
            text.append("\\\\");
        } else if (value >= ' ' && value < 0x7f) {
            text.append((char) value);
        } else {
            text.append("\\x").append(HEX.toHexDigits(value));
        }
    }
}
