package io.kumo.manual;

import io.kumo.config.OptionSpec;

/** What completion can offer for the value of an option. */
enum ValueKind {
    /** It takes none. */
    NONE,
    WORDS,
    FILE,
    DIRECTORY,
    HOST,
    /** Something that nobody can guess. */
    OTHER;

    static ValueKind of(OptionSpec<?> spec) {
        String argument = spec.argument();
        if (argument.isEmpty()) {
            return NONE;
        } else if (!spec.words().isEmpty()) {
            return WORDS;
        } else if (argument.equals("FILE") || argument.equals("PATH")) {
            return FILE;
        } else if (argument.equals("DIR")) {
            return DIRECTORY;
        }
        return argument.startsWith("HOST") || argument.startsWith("[HOST") || argument.startsWith("MANAGER")
                ? HOST
                : OTHER;
    }
}
