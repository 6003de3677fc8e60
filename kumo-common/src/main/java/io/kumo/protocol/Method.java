package io.kumo.protocol;

/**
 * The definition of one remote method. Numbers and fields, once released, are never reused; fields are added at the
 * end; readers skip what they don't know and take zero or empty for what an older sender did not write.
 *
 * @param number on the wire; 1 to 31 data, 32 to 63 replication, 64 to 95 register, 96 to 159 control
 * @param name for people: logs, metrics, docs/PROTOCOL.md
 * @param callers who may call it; the others are refused
 * @param <Q> the call
 * @param <R> its answer, {@link Done} where there is none
 */
public record Method<Q extends Message, R extends Message>(
        int number, String name, Callers callers, Decoder<Q> request, Decoder<R> result) {

    /** Reads a message from its MessagePack array. */
    @FunctionalInterface
    public interface Decoder<M extends Message> {
        M decode(MessageReader in);
    }
}
