package io.kumo.ctl.runtime;

import io.kumo.config.OptionSpec;
import java.util.List;
import java.util.stream.Stream;

/** The options of one of kumofs's tools that asks servers or managers. */
final class ToolOptions {
    private ToolOptions() {}

    /** Its own, then what each needs that asks somebody. */
    static List<OptionSpec<?>> of(OptionSpec<?>... own) {
        return Stream.concat(Stream.of(own), ManagerClient.OPTIONS.stream()).toList();
    }
}
