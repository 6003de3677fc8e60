package io.kumo.ctl.runtime;

import io.kumo.config.OptionParser;
import java.util.List;
import java.util.stream.Stream;

/**
 * A command as manuals, documents and completion know it.
 *
 * @param name the words that call it
 * @param kind what stands before them
 * @param arguments what help says may follow, options left out; empty for nothing
 * @param options its command line
 */
public record KnownCommand(List<String> name, Kind kind, String arguments, OptionParser options) {
    /** How a command is called. */
    public enum Kind {
        /** {@code kumoctl MANAGER NAME}. */
        TO_MANAGER,
        /** {@code kumoctl NAME}. */
        LOCAL,
        /** {@code NAME}: a program. */
        PROGRAM
    }

    private static final String MERGER = "kumomergedb";
    private static final String OPTIONS = " ?\\[OPTION]\\.\\.\\. ?";

    /** Every command of kumoctl, in the order in which they are documented. */
    public static List<KnownCommand> all() {
        Stream<KnownCommand> managers = Subcommands.ALL.stream()
                .map(command -> new KnownCommand(
                        List.of(command.name()), Kind.TO_MANAGER, command.arguments(), KumoctlMain.parser(command)));
        Stream<KnownCommand> others = LocalCommands.ALL.stream()
                .map(command -> of(LocalCommands.nameWithin(command), Kind.LOCAL, command.options()));
        Stream<KnownCommand> programs = LocalCommands.ALL.stream()
                .filter(command -> !command.isOfKumoctl())
                .map(command -> of(command.name(), Kind.PROGRAM, command.options()));
        return Stream.of(managers, others, programs, Stream.of(merger()))
                .flatMap(each -> each)
                .toList();
    }

    /** kumofs's name for {@code kumoctl merge}. */
    private static KnownCommand merger() {
        OptionParser merge = MergeCommand.OPTIONS;
        OptionParser named = new OptionParser(MERGER, merge.synopsis(), merge.summary(), merge.specs());
        return of(List.of(MERGER), Kind.PROGRAM, named);
    }

    private static KnownCommand of(List<String> name, Kind kind, OptionParser options) {
        return new KnownCommand(
                name, kind, options.synopsis().replaceAll(OPTIONS, " ").strip(), options);
    }

    /** Those of one kind. */
    public static List<KnownCommand> all(Kind kind) {
        return all().stream().filter(command -> command.kind() == kind).toList();
    }
}
