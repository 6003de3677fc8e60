package io.kumo.gateway.memcached;

import io.netty.buffer.ByteBuf;

/** Bytes of one of memcached's protocols to commands; what it answers depends on the given bytes only. */
public interface CommandParser {
    /**
     * Reads the command that begins at {@code start}, and does not move the buffer's indices.
     *
     * @param scanned from the last {@link ParseResult.Incomplete} for the same command, else 0
     */
    ParseResult parse(ByteBuf in, int start, int scanned);
}
