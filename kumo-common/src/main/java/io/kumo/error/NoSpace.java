package io.kumo.error;

/**
 * Tells a disk that is full, which heals, from one that failed, which does not. Whoever writes asks; any thread. The
 * operating system's words are all that Java hands on.
 */
public final class NoSpace {
    private static final int MOST_CAUSES = 20;

    private NoSpace() {}

    /** Whether a full disk, or a quota that is used up, is the cause, or the cause of the cause, and so on. */
    public static boolean isCauseOf(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MOST_CAUSES; i++) {
            String message = String.valueOf(cause.getMessage());
            if (message.contains("No space left") || message.contains("quota exceeded")) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }
}
