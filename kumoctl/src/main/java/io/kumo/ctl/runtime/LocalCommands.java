package io.kumo.ctl.runtime;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Every command that is not sent to a manager, in the order in which they are documented. */
final class LocalCommands {
    static final List<LocalCommand> ALL = Stream.of(
                    List.of(
                            new LocalCommand(BenchCommand.OPTIONS, BenchCommand::run),
                            new LocalCommand(PasswdCommand.OPTIONS, PasswdCommand::run),
                            new LocalCommand(StatTool.OPTIONS, StatTool::run),
                            new LocalCommand(TopTool.OPTIONS, TopTool::run),
                            new LocalCommand(HashTool.OPTIONS, HashTool::run),
                            new LocalCommand(LogTool.OPTIONS, LogTool::run),
                            new LocalCommand(MergeCommand.OPTIONS, MergeCommand::run),
                            new LocalCommand(BackupCheckCommand.OPTIONS, BackupCheckCommand::run),
                            new LocalCommand(TransferCommands.OPTIONS, TransferCommands::load)),
                    KeyCommands.ALL,
                    CertCommands.ALL)
            .flatMap(List::stream)
            .toList();

    /** What kumofs's programs begin with. */
    private static final String KUMO = "kumo";

    private LocalCommands() {}

    /** The command that a line of {@code kumoctl} begins with; {@code kumostat} is {@code kumoctl stat} as well. */
    static Optional<LocalCommand> startOf(List<String> words) {
        return ALL.stream().filter(command -> isStart(command, words)).findFirst();
    }

    /** Whether it is the name of one of kumofs's programs. */
    static boolean isTool(String word) {
        return ALL.stream()
                .anyMatch(command -> !command.isOfKumoctl() && command.name().equals(List.of(word)));
    }

    /** The words behind {@code kumoctl} that call a command. */
    static List<String> nameWithin(LocalCommand command) {
        return command.isOfKumoctl()
                ? command.name()
                : List.of(command.name().get(0).substring(KUMO.length()));
    }

    private static boolean isStart(LocalCommand command, List<String> words) {
        List<String> name = command.name();
        if (words.size() < name.size()) {
            return false;
        }
        List<String> start = words.subList(0, name.size());
        return start.equals(name) || (!command.isOfKumoctl() && name.equals(List.of(KUMO + start.get(0))));
    }
}
