package io.kumo.config;

/** A command line that can't be used; the message is one line for the user. The program ends with exit code 2. */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }
}
