package io.kumo.ctl.runtime;

import java.util.List;

/** Commands that look at a running cluster; {@link Subcommands} lists them. */
final class WatchCommands {
    static final List<Subcommand> ALL = List.of(
            new Subcommand(
                    "doctor",
                    "",
                    0,
                    "Look for what is wrong, and say what to do: exit code 0 if nothing is, 1 if anything.",
                    List.of(Subcommands.JSON),
                    DoctorCommand::run),
            new Subcommand(
                    "events",
                    "",
                    0,
                    "Show what happens in the cluster, until interrupted; goes on at another manager if one is lost.",
                    List.of(Subcommands.JSON, EventsCommand.RETRY_FOR),
                    EventsCommand::run));

    private WatchCommands() {}
}
