package io.kumo.config;

/**
 * The text that an option was given once.
 *
 * @param origin where: {@code FILE:LINE}, or the command line
 */
record Given(String text, String origin) {
    static final String COMMAND_LINE = "command line";

    static Given onCommandLine(String text) {
        return new Given(text, COMMAND_LINE);
    }

    boolean isInFile() {
        return !origin.equals(COMMAND_LINE);
    }
}
