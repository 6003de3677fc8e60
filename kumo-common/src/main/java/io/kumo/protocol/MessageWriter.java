package io.kumo.protocol;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.table.ServerId;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes MessagePack straight into a Netty buffer, without garbage and with one copy of each value. Not thread-safe.
 * The format is that of the MessagePack specification; msgpack-core is the oracle of its tests.
 */
public final class MessageWriter {
    private ByteBuf out;

    public MessageWriter(ByteBuf out) {
        this.out = out;
    }

    /** Goes on in another buffer, so that one writer serves a connection for its life. */
    public MessageWriter reset(ByteBuf buffer) {
        out = buffer;
        return this;
    }

    /** Starts a message of {@code count} fields. */
    public MessageWriter fields(int count) {
        if (count < 16) {
            out.writeByte(0x90 | count);
        } else if (count < 65536) {
            out.writeByte(0xdc).writeShort(count);
        } else {
            out.writeByte(0xdd).writeInt(count);
        }
        return this;
    }

    public MessageWriter put(long value) {
        if (value >= 0) {
            putUnsigned(value);
        } else if (value >= -32) {
            out.writeByte((int) value);
        } else if (value >= Byte.MIN_VALUE) {
            out.writeByte(0xd0).writeByte((int) value);
        } else if (value >= Short.MIN_VALUE) {
            out.writeByte(0xd1).writeShort((int) value);
        } else if (value >= Integer.MIN_VALUE) {
            out.writeByte(0xd2).writeInt((int) value);
        } else {
            out.writeByte(0xd3).writeLong(value);
        }
        return this;
    }

    private void putUnsigned(long value) {
        if (value < 128) {
            out.writeByte((int) value);
        } else if (value < 256) {
            out.writeByte(0xcc).writeByte((int) value);
        } else if (value < 65536) {
            out.writeByte(0xcd).writeShort((int) value);
        } else if (value <= 0xffffffffL) {
            out.writeByte(0xce).writeInt((int) value);
        } else {
            out.writeByte(0xcf).writeLong(value);
        }
    }

    public MessageWriter put(boolean value) {
        out.writeByte(value ? 0xc3 : 0xc2);
        return this;
    }

    public MessageWriter nil() {
        out.writeByte(0xc0);
        return this;
    }

    public MessageWriter put(Bytes value) {
        int length = value.length();
        if (length < 256) {
            out.writeByte(0xc4).writeByte(length);
        } else if (length < 65536) {
            out.writeByte(0xc5).writeShort(length);
        } else {
            out.writeByte(0xc6).writeInt(length);
        }
        out.writeBytes(value.unsafeArray());
        return this;
    }

    public MessageWriter put(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        if (utf8.length < 32) {
            out.writeByte(0xa0 | utf8.length);
        } else if (utf8.length < 256) {
            out.writeByte(0xd9).writeByte(utf8.length);
        } else if (utf8.length < 65536) {
            out.writeByte(0xda).writeShort(utf8.length);
        } else {
            out.writeByte(0xdb).writeInt(utf8.length);
        }
        out.writeBytes(utf8);
        return this;
    }

    public MessageWriter put(ServerId value) {
        return put(value.value());
    }

    public MessageWriter put(HostPort value) {
        return put(value.toString());
    }

    public MessageWriter put(Message value) {
        value.encode(this);
        return this;
    }

    public MessageWriter put(List<? extends Message> values) {
        fields(values.size());
        for (int i = 0; i < values.size(); i++) {
            values.get(i).encode(this);
        }
        return this;
    }

    public MessageWriter putIds(List<ServerId> values) {
        fields(values.size());
        for (ServerId value : values) {
            put(value);
        }
        return this;
    }

    public MessageWriter putTexts(List<String> values) {
        fields(values.size());
        for (String value : values) {
            put(value);
        }
        return this;
    }
}
