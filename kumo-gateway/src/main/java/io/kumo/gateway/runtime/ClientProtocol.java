package io.kumo.gateway.runtime;

import io.kumo.gateway.memcached.Command;
import io.kumo.gateway.memcached.CommandParser;
import io.kumo.gateway.memcached.ParseResult.Refusal;
import io.netty.buffer.ByteBuf;

/**
 * What a client speaks: how its bytes become commands, commands operations, and refusals bytes. {@link ClientSession}
 * has one, chosen by the client's first byte, and calls it on its event loop.
 */
interface ClientProtocol {
    CommandParser parser();

    /** Begins the command's operations, or answers it at once. */
    void carryOut(Command command);

    /** Says what is wrong with what the client sent. */
    void refuse(Refusal refusal);

    /** The client's unfinished command is too large to be kept; the connection ends with what is written here. */
    void outOfMemory(ByteBuf out);
}
