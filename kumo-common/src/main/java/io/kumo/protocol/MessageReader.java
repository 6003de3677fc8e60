package io.kumo.protocol;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.table.ServerId;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads MessagePack from a Netty buffer. {@link #open} starts a message, the getters take its fields in order (zero or
 * empty once they are used up), {@link #close} skips the fields that a newer sender added. Every length is checked
 * against what the buffer holds before anything is allocated. Not thread-safe.
 */
public final class MessageReader {
    private static final int DEEPEST = 16;

    private ByteBuf in;
    private final int[] left = new int[DEEPEST];
    private int depth;

    public MessageReader(ByteBuf in) {
        this.in = in;
    }

    /** Goes on in another buffer, so that one reader serves a connection for its life. */
    public MessageReader reset(ByteBuf buffer) {
        in = buffer;
        depth = 0;
        return this;
    }

    /** Starts a message; its fields follow. */
    public void open() {
        int count = exhausted() ? 0 : arrayLength();
        if (depth + 1 >= DEEPEST) {
            throw malformed("nested too deeply");
        }
        left[++depth] = count;
    }

    /** Ends the message that {@link #open} began and returns {@code message}. */
    public <M> M close(M message) {
        while (left[depth] > 0) {
            left[depth]--;
            skip(0);
        }
        depth--;
        return message;
    }

    public int fieldsLeft() {
        return left[depth];
    }

    public int int32() {
        long value = int64();
        if (value < Integer.MIN_VALUE || value > 0xffffffffL) {
            throw malformed("number out of range");
        }
        return (int) value;
    }

    public long int64() {
        if (exhausted()) {
            return 0;
        }
        need(1);
        int tag = in.readUnsignedByte();
        if (tag < 0x80) {
            return tag;
        }
        if (tag >= 0xe0) {
            return (byte) tag;
        }
        return number(tag);
    }

    private long number(int tag) {
        switch (tag) {
            case 0xcc:
                need(1);
                return in.readUnsignedByte();
            case 0xcd:
                need(2);
                return in.readUnsignedShort();
            case 0xce:
                need(4);
                return in.readUnsignedInt();
            case 0xcf:
            case 0xd3:
                need(8);
                return in.readLong();
            case 0xd0:
                need(1);
                return in.readByte();
            case 0xd1:
                need(2);
                return in.readShort();
            case 0xd2:
                need(4);
                return in.readInt();
            default:
                throw malformed("a number was expected");
        }
    }

    public boolean bool() {
        if (exhausted()) {
            return false;
        }
        need(1);
        int tag = in.readUnsignedByte();
        if (tag != 0xc2 && tag != 0xc3) {
            throw malformed("a boolean was expected");
        }
        return tag == 0xc3;
    }

    /** Whether the next field is nil; if so, it is taken. */
    public boolean takeNil() {
        if (depth > 0 && left[depth] == 0) {
            return true;
        }
        need(1);
        if (in.getUnsignedByte(in.readerIndex()) != 0xc0) {
            return false;
        }
        in.skipBytes(1);
        if (depth > 0) {
            left[depth]--;
        }
        return true;
    }

    public Bytes bytes() {
        if (exhausted()) {
            return Bytes.EMPTY;
        }
        int length = rawLength();
        byte[] content = new byte[length];
        in.readBytes(content);
        return Bytes.wrap(content);
    }

    public String text() {
        if (exhausted()) {
            return "";
        }
        int length = rawLength();
        String value = in.toString(in.readerIndex(), length, StandardCharsets.UTF_8);
        in.skipBytes(length);
        return value;
    }

    public ServerId serverId() {
        long value = int64();
        if (value == 0) {
            throw malformed("a server id was expected");
        }
        return new ServerId(value);
    }

    public HostPort hostPort() {
        try {
            return HostPort.parse(text(), 0);
        } catch (IllegalArgumentException e) {
            throw new KumoException(ErrorCode.BAD_REQUEST, "malformed address in a message", e);
        }
    }

    /** A list of messages; {@code decoder} reads one. */
    public <M extends Message> List<M> list(Method.Decoder<M> decoder) {
        int count = exhausted() ? 0 : arrayLength();
        List<M> values = new ArrayList<>(Math.min(count, 4096));
        for (int i = 0; i < count; i++) {
            left[depth]++; // an element, not a field of the message; the decoder's open() counts it
            values.add(decoder.decode(this));
        }
        return values;
    }

    /** A message within a message. */
    public <M extends Message> M nested(Method.Decoder<M> decoder) {
        return decoder.decode(this); // its open() counts the field
    }

    public List<ServerId> ids() {
        int count = exhausted() ? 0 : arrayLength();
        List<ServerId> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            left[depth]++;
            values.add(serverId());
        }
        return values;
    }

    public List<String> texts() {
        int count = exhausted() ? 0 : arrayLength();
        List<String> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            left[depth]++;
            values.add(text());
        }
        return values;
    }

    /** Counts one field off; true if there was none left. At the outermost level there is always one more. */
    private boolean exhausted() {
        if (depth == 0) {
            return false;
        }
        if (left[depth] == 0) {
            return true;
        }
        left[depth]--;
        return false;
    }

    private int arrayLength() {
        need(1);
        int tag = in.readUnsignedByte();
        long count;
        if ((tag & 0xf0) == 0x90) {
            count = tag & 0x0f;
        } else if (tag == 0xdc) {
            need(2);
            count = in.readUnsignedShort();
        } else if (tag == 0xdd) {
            need(4);
            count = in.readUnsignedInt();
        } else {
            throw malformed("an array was expected");
        }
        need(count); // an element takes a byte at least
        return (int) count;
    }

    private int rawLength() {
        need(1);
        int tag = in.readUnsignedByte();
        long length;
        if ((tag & 0xe0) == 0xa0) {
            length = tag & 0x1f;
        } else if (tag == 0xc4 || tag == 0xd9) {
            need(1);
            length = in.readUnsignedByte();
        } else if (tag == 0xc5 || tag == 0xda) {
            need(2);
            length = in.readUnsignedShort();
        } else if (tag == 0xc6 || tag == 0xdb) {
            need(4);
            length = in.readUnsignedInt();
        } else {
            throw malformed("a string or bytes were expected");
        }
        need(length);
        return (int) length;
    }

    private void skip(int level) {
        if (level > DEEPEST) {
            throw malformed("nested too deeply");
        }
        need(1);
        int tag = in.getUnsignedByte(in.readerIndex());
        if (tag < 0x80 || tag >= 0xe0 || tag == 0xc0 || tag == 0xc2 || tag == 0xc3) {
            in.skipBytes(1);
        } else if ((tag & 0xf0) == 0x90 || tag == 0xdc || tag == 0xdd) {
            int count = arrayLength();
            for (int i = 0; i < count; i++) {
                skip(level + 1);
            }
        } else if ((tag & 0xe0) == 0xa0 || (tag >= 0xc4 && tag <= 0xc6) || (tag >= 0xd9 && tag <= 0xdb)) {
            in.skipBytes(rawLength());
        } else {
            in.skipBytes(1);
            number(tag);
        }
    }

    private void need(long count) {
        if (in.readableBytes() < count) {
            throw malformed("cut short");
        }
    }

    private static KumoException malformed(String what) {
        return new KumoException(ErrorCode.BAD_REQUEST, "malformed message: " + what);
    }
}
