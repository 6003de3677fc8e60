package io.kumo.error;

/** The only exception that leaves a package: a code, and a text that says what, on what, and what to do. */
public final class KumoException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public KumoException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    public KumoException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public KumoException(ErrorCode code) {
        this(code, code.text());
    }

    /** Never null, unlike that of other exceptions. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }

    public ErrorCode code() {
        return code;
    }
}
