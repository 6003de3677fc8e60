package io.kumo.gateway.runtime;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** An answer that was there at once and waits for those before it. */
final class LinePending extends Pending {
    private final ByteBuf text = Unpooled.buffer(64);
    private boolean last;

    LinePending(ClientSession session) {
        super(session);
    }

    /** To be filled by whoever made it. */
    ByteBuf text() {
        return text;
    }

    /** The connection ends with it. */
    LinePending asLast() {
        last = true;
        return this;
    }

    @Override
    void take(Flight flight) {}

    @Override
    void write(ByteBuf out) {
        out.writeBytes(text);
    }

    @Override
    boolean isLast() {
        return last;
    }
}
