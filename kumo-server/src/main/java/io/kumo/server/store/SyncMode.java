package io.kumo.server.store;

import java.util.Locale;

/** When the log is made to survive a power cut: the option {@code --sync}. */
public enum SyncMode {
    /** Before an entry counts as written. */
    ALWAYS,
    /** Once a second. */
    INTERVAL,
    /** Whenever the kernel likes. */
    NEVER;

    /** Reads what an operator types; {@link IllegalArgumentException} for anything else. */
    public static SyncMode parse(String text) {
        for (SyncMode mode : values()) {
            if (mode.toString().equals(text)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("'" + text + "' is not always, interval or never");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
