package io.kumo.manager.leader;

/** A command that can't be carried out; the text is for the operator. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final String text;

    Refusal(String text) {
        super(text);
        this.text = text;
    }

    String text() {
        return text;
    }
}
