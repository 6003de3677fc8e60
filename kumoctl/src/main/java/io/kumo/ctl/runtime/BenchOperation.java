package io.kumo.ctl.runtime;

/** One outstanding operation of a benchmark; used again and again. */
final class BenchOperation {
    private int keyNumber;
    private boolean read;
    private long version;
    private long startedNs;

    void set(int newKeyNumber, boolean newRead, long newVersion) {
        keyNumber = newKeyNumber;
        read = newRead;
        version = newVersion;
        startedNs = System.nanoTime();
    }

    int keyNumber() {
        return keyNumber;
    }

    boolean isRead() {
        return read;
    }

    long version() {
        return version;
    }

    long startedNs() {
        return startedNs;
    }
}
