package io.kumo.config;

/** What is said of an option in help, manuals and files. */
final class OptionText {
    private OptionText() {}

    /** Its help, and what it is worth if it is not given. */
    static String withDefault(OptionSpec<?> spec) {
        if (spec.isRequired()) {
            return spec.help() + " Required.";
        }
        return spec.defaultText()
                .filter(text -> !text.isEmpty())
                .map(text -> spec.help() + " Default: " + text + ".")
                .orElse(spec.help());
    }
}
