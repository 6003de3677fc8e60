package io.kumo.time;

/** The port to time. The process has one real clock; a simulation brings its own. */
public interface Clock {
    /** Nanoseconds of a clock that never goes back, from an arbitrary origin; goes on while the process is stopped. */
    long monotonicNs();

    /** Milliseconds since 1970 by the host's clock; may jump either way. Only for expiry and for people. */
    long wallMs();
}
