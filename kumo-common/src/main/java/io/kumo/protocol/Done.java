package io.kumo.protocol;

/** The empty answer. */
public record Done() implements Message {
    public static final Done DONE = new Done();

    @Override
    public void encode(MessageWriter out) {
        out.fields(0);
    }

    static Done decode(MessageReader in) {
        in.open();
        return in.close(DONE);
    }
}
