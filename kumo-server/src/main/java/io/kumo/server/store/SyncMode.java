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

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
