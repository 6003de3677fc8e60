package io.kumo.ctl.runtime;

import io.kumo.config.OptionSpec;
import java.util.List;

/**
 * One command to a manager: everything that is known of it is here.
 *
 * @param arguments how help names what follows it; empty for nothing
 * @param mostArguments how many may follow
 * @param options that it takes
 * @param action does it; returns the exit code
 */
record Subcommand(
        String name, String arguments, int mostArguments, String help, List<OptionSpec<?>> options, Action action) {

    /** What a command does. */
    @FunctionalInterface
    interface Action {
        int run(Invocation invocation);
    }
}
