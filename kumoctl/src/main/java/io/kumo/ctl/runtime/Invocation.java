package io.kumo.ctl.runtime;

import io.kumo.config.ParsedOptions;
import java.io.PrintStream;
import java.util.List;

/**
 * One run of a subcommand.
 *
 * @param arguments what follows the command's name, options taken out
 */
record Invocation(ManagerClient client, ParsedOptions options, List<String> arguments, PrintStream out) {}
