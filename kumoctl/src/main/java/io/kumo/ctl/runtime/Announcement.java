package io.kumo.ctl.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.OperatorMessages.Announce;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** Lines in a manager's audit log around a command that reads or writes the records of a whole cluster. */
final class Announcement {
    private Announcement() {}

    /**
     * Runs it between two lines. If the first can't be written nothing is done.
     *
     * @param what the command works with
     * @param result how it went, asked when it has ended
     */
    static int around(ManagerClient client, String command, String what, IntSupplier work, Supplier<String> result) {
        announce(client, command, "begins: " + what);
        try {
            int exit = work.getAsInt();
            ended(client, command, "ended: " + result.get());
            return exit;
        } catch (KumoException e) {
            ended(client, command, "failed: " + e.getMessage());
            throw e;
        }
    }

    private static void announce(ManagerClient client, String command, String what) {
        try {
            client.ask(new Announce(command, what));
        } catch (KumoException e) {
            if (e.code() != ErrorCode.UNKNOWN_METHOD) { // a manager of a version that keeps no such lines
                throw e;
            }
        }
    }

    private static void ended(ManagerClient client, String command, String what) {
        try {
            announce(client, command, what);
        } catch (KumoException e) {
            System.err.println(
                    "kumoctl: the audit log has no line of the end of this " + command + ": " + e.getMessage());
        }
    }
}
