package io.kumo.register.runtime;

import io.kumo.base.HostPort;
import io.kumo.register.Voter;
import java.nio.file.Path;
import java.util.List;

/**
 * How a process takes part in the register.
 *
 * @param self its name as a voter
 * @param managers RPC addresses of all managers as configured, in any order; spelled the same everywhere
 * @param file where its votes are kept, e.g. {@code register} in the data directory
 * @param isNew its directory was made just now, so that a missing file means that it never voted; a server that is not
 *     new and has no file may have voted. Of no use for managers: their missing file means the same always
 * @param callTimeoutMs for one request to one voter
 * @param deadlineMs for one proposal
 */
public record RegisterOptions(
        Voter self, List<HostPort> managers, Path file, boolean isNew, long callTimeoutMs, long deadlineMs) {
    public RegisterOptions {
        managers = managers.stream().distinct().sorted().toList();
    }

    /** With the usual times: one second for a request, five for a proposal. */
    public static RegisterOptions of(Voter self, List<HostPort> managers, Path file, boolean isNew) {
        return new RegisterOptions(self, managers, file, isNew, 1_000, 5_000);
    }
}
