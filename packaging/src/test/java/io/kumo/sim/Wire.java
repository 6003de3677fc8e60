package io.kumo.sim;

import io.kumo.protocol.Call;
import io.kumo.protocol.Message;
import io.kumo.protocol.MessageReader;
import io.kumo.protocol.MessageWriter;
import io.kumo.protocol.Method;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Takes messages through their bytes, as a real connection does, so that no two processes share an object. */
final class Wire {
    private final ByteBuf buffer = Unpooled.buffer(4096);
    private final MessageWriter writer = new MessageWriter(buffer);
    private final MessageReader reader = new MessageReader(buffer);

    Call<?> call(Call<?> call) {
        return (Call<?>) through(call, call.method().request());
    }

    Message result(Call<?> asked, Message result) {
        return through(result, asked.method().result());
    }

    private Message through(Message message, Method.Decoder<?> decoder) {
        buffer.clear();
        message.encode(writer);
        return decoder.decode(reader.reset(buffer));
    }
}
