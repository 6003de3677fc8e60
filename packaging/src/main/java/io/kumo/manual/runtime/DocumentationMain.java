package io.kumo.manual.runtime;

import io.kumo.ctl.runtime.KnownCommand;
import io.kumo.ctl.runtime.KnownCommand.Kind;
import io.kumo.ctl.runtime.OperatorFile;
import io.kumo.gateway.runtime.GatewayMain;
import io.kumo.manager.runtime.ManagerMain;
import io.kumo.manual.Command;
import io.kumo.manual.Documentation;
import io.kumo.server.runtime.ServerMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Run by the build: writes manual pages, completion and files of options below a directory. */
public final class DocumentationMain {
    private DocumentationMain() {}

    /** @param arguments the directory, the version of kumo, the date of the manual pages */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3) {
            throw new IllegalArgumentException("wanted: DIRECTORY VERSION DATE");
        }
        String date = arguments[2].replaceFirst("T.*", "");
        for (Map.Entry<String, String> file :
                ofThisBuild().files(arguments[1], date).entrySet()) {
            Path path = Path.of(arguments[0], file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
    }

    /** Made of the programs as they are on the class path. */
    public static Documentation ofThisBuild() {
        return new Documentation(
                new ManagerMain().optionParser(),
                new ServerMain().optionParser(),
                new GatewayMain().optionParser(),
                KnownCommand.all().stream()
                        .filter(command -> command.kind() != Kind.PROGRAM)
                        .map(DocumentationMain::command)
                        .toList(),
                tools(),
                OperatorFile.optionParser());
    }

    private static List<Command> tools() {
        return KnownCommand.all(Kind.PROGRAM).stream()
                .map(DocumentationMain::command)
                .toList();
    }

    private static Command command(KnownCommand known) {
        return new Command(known.name(), known.kind() == Kind.TO_MANAGER, known.arguments(), known.options());
    }
}
