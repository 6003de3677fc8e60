package io.kumo.node.runtime;

import io.kumo.base.Check;
import io.kumo.config.OptionSpec;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Checks files that options name without changing anything; {@link IllegalArgumentException} with a text for the user
 * if one can't be used. InvalidPathException is one of these, too.
 */
public final class FileCheck {
    private FileCheck() {}

    /** It can be written, or made. */
    public static void writable(OptionSpec<?> option, String file) {
        Path path = Path.of(file).toAbsolutePath();
        Path parent = path.getParent();
        Check.argument(!Files.isDirectory(path), "--%s %s: this is a directory", option.name(), file);
        Check.argument(
                parent != null && Files.isDirectory(parent), "--%s %s: its directory is missing", option.name(), file);
        Check.argument(
                Files.isWritable(Files.exists(path) ? path : parent),
                "--%s %s: this user may not write it",
                option.name(),
                file);
    }

    /** It is there and can be written to, or can be made with all that is above it. */
    public static void writableDirectory(OptionSpec<?> option, String directory) {
        Path path = Path.of(directory).toAbsolutePath();
        while (!Files.exists(path) && path.getParent() != null) {
            path = path.getParent();
        }
        Check.argument(Files.isDirectory(path), "--%s %s: %s is not a directory", option.name(), directory, path);
        Check.argument(
                Files.isWritable(path) && Files.isExecutable(path),
                "--%s %s: this user may not write to %s",
                option.name(),
                directory,
                path);
    }
}
