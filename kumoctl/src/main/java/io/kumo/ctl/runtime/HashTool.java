package io.kumo.ctl.runtime;

import io.kumo.config.OptionParser;
import io.kumo.config.ParsedOptions;
import io.kumo.config.UsageException;
import io.kumo.ctl.HashReport;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.table.ClusterTable;
import java.io.PrintStream;
import java.util.List;

/** {@code kumohash}: hashes of keys, and which servers have them by the table of a running cluster. */
final class HashTool {
    private static final String NAME = "kumohash";

    static final OptionParser OPTIONS = new OptionParser(
            NAME,
            "SERVER[:PORT]...|-m MANAGER[:PORT] -- hash KEY...|assign KEY...|dump",
            "Shows hashes of keys (hash, which asks nobody), the servers that have them (assign), or all partitions"
                    + " (dump). Only behind servers -- is needed.",
            ToolOptions.of(Servers.MANAGER, Subcommands.JSON));

    private HashTool() {}

    static int run(List<String> words, PrintStream out) {
        // The parser takes the first "--" for its own: what is before it are options and servers, behind it the
        // command.
        int end = words.indexOf("--");
        ParsedOptions options = OPTIONS.parse(end < 0 ? words : words.subList(0, end));
        List<String> command = end >= 0 ? words.subList(end + 1, words.size()) : options.arguments();
        if (command.isEmpty()) {
            throw new UsageException(NAME + ": a command is missing: hash, assign or dump (see " + NAME + " --help)");
        }
        List<String> servers = end >= 0 ? options.arguments() : List.of();
        return run(options, command.get(0), command.subList(1, command.size()), servers, out);
    }

    private static int run(
            ParsedOptions options, String command, List<String> keys, List<String> servers, PrintStream out) {
        boolean json = options.value(Subcommands.JSON);
        if (!List.of("hash", "assign", "dump").contains(command)) {
            throw new UsageException(
                    NAME + ": '" + command + "' is not hash, assign or dump (see " + NAME + " --help)");
        }
        if (command.equals("dump") != keys.isEmpty()) {
            throw new UsageException(NAME + ": " + command + (keys.isEmpty() ? " needs a key" : " takes no key")
                    + " (see " + NAME + " --help)");
        }
        if (command.equals("hash")) {
            out.print(json ? HashReport.hashesJson(keys) : HashReport.hashes(keys));
            return 0;
        }
        ClusterTable table = table(options, Servers.of(NAME, options, servers));
        if (command.equals("dump")) {
            out.print(json ? HashReport.dumpJson(table) : HashReport.dump(table));
        } else {
            out.print(json ? HashReport.assignedJson(table, keys) : HashReport.assigned(table, keys));
        }
        return 0;
    }

    /** Any of them will do. */
    private static ClusterTable table(ParsedOptions options, Servers servers) {
        try (ManagerClient client = ManagerClient.open(servers.first(), options)) {
            return StatTool.table(client, servers.first()).orElseThrow(() -> new KumoException(ErrorCode.NO_TABLE));
        }
    }
}
