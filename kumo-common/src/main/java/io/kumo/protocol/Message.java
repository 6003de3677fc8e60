package io.kumo.protocol;

/** What goes into the parameters or the result of an RPC: a record that can write itself. */
public interface Message {
    /** Writes the fields as one MessagePack array; the counterpart is the static {@code decode} beside it. */
    void encode(MessageWriter out);
}
