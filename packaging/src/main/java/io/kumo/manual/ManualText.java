package io.kumo.manual;

import java.util.List;

/**
 * What a manual says besides a program's options.
 *
 * @param name of the page
 * @param section 1 commands, 5 files, 8 commands of administrators
 * @param description its paragraphs, after the program's own summary
 * @param files that the program knows
 * @param environment variables that it looks at
 * @param exits its exit codes
 * @param signals that it takes
 * @param examples what they do, and the commands
 * @param seeAlso other pages, as {@code NAME(SECTION)}
 */
record ManualText(
        String name,
        int section,
        List<String> description,
        List<Entry> files,
        List<Entry> environment,
        List<Entry> exits,
        List<Entry> signals,
        List<Entry> examples,
        List<String> seeAlso) {

    /** A word or a title, and what belongs to it. */
    record Entry(String title, String text) {}

    ManualText {
        description = List.copyOf(description);
        files = List.copyOf(files);
        environment = List.copyOf(environment);
        exits = List.copyOf(exits);
        signals = List.copyOf(signals);
        examples = List.copyOf(examples);
        seeAlso = List.copyOf(seeAlso);
    }
}
