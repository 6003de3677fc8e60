package io.kumo.ctl.runtime;

import io.kumo.config.OptionSpec;
import java.util.List;

/** Commands that take a cluster's records out of it, and into it; {@link Subcommands} lists them. */
final class BackupCommands {
    static final OptionSpec<String> TO = OptionSpec.path(
            "to", "", "Directory, of each server, for the backup's own one; default: 'backup' in the server's store.");
    static final OptionSpec<Long> RATE = OptionSpec.bytes(
            "rate", "16m", 0, 1L << 40, "Bytes per second that each server reads for it; 0 for no bound.");
    static final OptionSpec<String> BASE = OptionSpec.string(
                    "base", "", "Write only what changed since that backup, as far as the servers' logs reach.")
            .argument("NAME");
    static final OptionSpec<Boolean> LIST = OptionSpec.flag("list", "List backups.");
    static final OptionSpec<Boolean> CANCEL = OptionSpec.flag("cancel", "End the backup NAME, which is being written.");
    static final OptionSpec<Boolean> DELETE = OptionSpec.flag("delete", "Delete the backup NAME.");
    static final OptionSpec<Boolean> INTO_NON_EMPTY = OptionSpec.flag(
            "into-non-empty",
            "Restore though the cluster has records: those of the backup replace them, all others stay.");
    static final OptionSpec<Boolean> KEYS =
            OptionSpec.flag("keys", "Print keys only, as memcached's mgdump does: 'mg KEY'.");

    static final List<Subcommand> ALL = List.of(
            new Subcommand(
                    "backup",
                    "[NAME]",
                    1,
                    "Write a backup of all partitions while writes go on; without NAME it is named after the day.",
                    List.of(TO, RATE, BASE, LIST, CANCEL, DELETE),
                    BackupCommand::run),
            new Subcommand(
                    "restore",
                    "FILE|DIR...",
                    Integer.MAX_VALUE,
                    "Check a backup, with what it continues, and write its records into an empty cluster.",
                    List.of(INTO_NON_EMPTY),
                    RestoreCommand::run),
            new Subcommand(
                    "export",
                    "[FILE]",
                    1,
                    "Print all records as JSON Lines, or write them to a file.",
                    List.of(KEYS),
                    TransferCommands::export),
            new Subcommand(
                    "import",
                    "[FILE]",
                    1,
                    "Write records that are JSON Lines; from the standard input without FILE.",
                    List.of(),
                    TransferCommands::load));

    private BackupCommands() {}
}
