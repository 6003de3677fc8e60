package io.kumo.ctl.runtime;

import java.util.List;
import java.util.Optional;

/** Every command that is not sent to a manager, in the order in which they are documented. */
final class LocalCommands {
    static final List<LocalCommand> ALL = List.of(
            new LocalCommand(BenchCommand.OPTIONS, BenchCommand::run),
            new LocalCommand(PasswdCommand.OPTIONS, PasswdCommand::run));

    private LocalCommands() {}

    /** The command that a line of {@code kumoctl} begins with. */
    static Optional<LocalCommand> startOf(List<String> words) {
        return ALL.stream()
                .filter(LocalCommand::isOfKumoctl)
                .filter(command -> words.size() >= command.name().size()
                        && words.subList(0, command.name().size()).equals(command.name()))
                .findFirst();
    }
}
