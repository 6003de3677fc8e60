package io.kumo.ctl.runtime;

import io.kumo.config.ConfigFile;
import io.kumo.config.OptionParser;
import io.kumo.config.UsageException;
import io.kumo.security.runtime.SecurityOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where an operator's key or certificate is, so that it need not be said with each command: the file that KUMOCTL_CONF
 * names, else .kumoctl.conf in the home directory, else /etc/kumo/kumoctl.conf. The first one that is there counts, and
 * only for a command that says nothing itself.
 */
public final class OperatorFile {
    private static final OptionParser OPTIONS = new OptionParser("kumoctl", "", "", SecurityOptions.CLIENT);

    private OperatorFile() {}

    /** What may be in such a file. */
    public static OptionParser optionParser() {
        return OPTIONS;
    }

    /** UsageException if there is such a file and it is wrong. */
    static SecurityOptions read() {
        String named = Optional.ofNullable(System.getenv("KUMOCTL_CONF")).orElse("");
        if (!named.isEmpty()) {
            return read(Path.of(named));
        }
        return Stream.of(
                        Path.of(System.getProperty("user.home", ""), ".kumoctl.conf"),
                        Path.of("/etc/kumo/kumoctl.conf"))
                .filter(Files::isReadable)
                .findFirst()
                .map(OperatorFile::read)
                .orElse(SecurityOptions.NONE);
    }

    static SecurityOptions read(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new UsageException("kumoctl: " + file + " cannot be read: does it exist? (KUMOCTL_CONF names it)");
        }
        ConfigFile settings = ConfigFile.of(OPTIONS, file.toString(), text);
        return SecurityOptions.of("kumoctl: " + file, OPTIONS.parse(List.of(), settings), false);
    }
}
