package io.kumo.gateway.memcached;

/** What a parser made of the bytes that it was given. */
public sealed interface ParseResult {
    /**
     * A whole command.
     *
     * @param consumed bytes that belong to it
     */
    record Parsed(Command command, int consumed) implements ParseResult {}

    /**
     * More is needed.
     *
     * @param atLeast bytes, from the start of the command, without which the parser will say the same again
     * @param scanned bytes that hold no end of a line, to be passed to the next call
     */
    record Incomplete(int atLeast, int scanned) implements ParseResult {}

    /** What is not carried out. */
    sealed interface Refusal extends ParseResult {
        /** Bytes that are done with. */
        int consumed();

        /** Bytes after them that are to be thrown away, most of which may not have come yet. */
        long swallow();

        /** Whether the connection is to be closed once everything before, and the reply, is written. */
        boolean close();
    }

    /**
     * A frame of the binary protocol that is refused.
     *
     * @param status of the answer
     */
    record BadFrame(int opcode, int opaque, int status, int consumed, long swallow, boolean close) implements Refusal {}

    /**
     * Not a command, or one that is refused.
     *
     * @param reply a line without its end; empty for silence
     * @param consumed bytes that are done with
     * @param swallow bytes after them that are to be thrown away, most of which may not have come yet
     * @param close the connection is to be closed once everything before, and the reply, is written
     */
    record Malformed(String reply, int consumed, long swallow, boolean close) implements Refusal {
        static Malformed line(String reply, int consumed) {
            return new Malformed(reply, consumed, 0, false);
        }

        static Malformed end(String reply, int consumed) {
            return new Malformed(reply, consumed, 0, true);
        }
    }
}
