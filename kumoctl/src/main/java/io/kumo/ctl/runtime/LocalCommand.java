package io.kumo.ctl.runtime;

import io.kumo.config.OptionParser;
import java.io.PrintStream;
import java.util.List;

/**
 * A command that is not sent to a manager: everything that is known of it is here. Help, documents, man pages and
 * completion are made of it.
 *
 * @param options its whole command line. Its program is {@code kumoctl NAME}, where the name may be two words; a
 *     program of another name is one that is called by that name
 * @param action does it
 */
record LocalCommand(OptionParser options, Action action) {
    private static final String KUMOCTL = "kumoctl ";

    /** What a command does. */
    @FunctionalInterface
    interface Action {
        /**
         * @param words what follows the name
         * @return the exit code
         */
        int run(List<String> words, PrintStream out);
    }

    /** Whether it is called by {@code kumoctl NAME}. */
    boolean isOfKumoctl() {
        return options.program().startsWith(KUMOCTL);
    }

    /** The words that call it. */
    List<String> name() {
        String program = options.program();
        return List.of((isOfKumoctl() ? program.substring(KUMOCTL.length()) : program).split(" "));
    }

    int run(List<String> words, PrintStream out) {
        if (words.contains("--help")) {
            out.print(options.help());
            return 0;
        }
        return action.run(words, out);
    }
}
