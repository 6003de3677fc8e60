package io.kumo.node.runtime;

import io.kumo.config.ParsedOptions;
import io.kumo.error.ErrorCode;
import io.kumo.security.runtime.NodeSecurity;
import io.kumo.time.Clock;
import io.vertx.core.Vertx;

/**
 * What a daemon gets from {@link NodeMain} to start with.
 *
 * @param admin takes further pages; it listens already
 * @param build version of the program, for Hello and for people
 * @param security how it proves who it is, and what peers have to prove
 * @param stopper ends the process when it can't go on
 */
public record Node(
        Vertx vertx,
        Clock clock,
        Metrics metrics,
        AdminServer admin,
        ParsedOptions options,
        String build,
        NodeSecurity security,
        Stopper stopper) {

    /** Ends the process. */
    @FunctionalInterface
    public interface Stopper {
        /** Logs what happened and ends the process with exit code 1, after a clean stop where that is possible. */
        void stop(ErrorCode code, String text);
    }
}
