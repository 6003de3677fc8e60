package io.kumo.node.runtime;

import io.kumo.config.OptionSpec;
import java.util.List;
import java.util.Optional;

/** Options that every daemon has. */
public final class NodeOptions {
    /** kumofs's name for no log file. */
    static final String NO_FILE = "-";

    public static final OptionSpec<Boolean> VERBOSE = OptionSpec.flag(
                    "verbose", "Log more, and stack traces of failures.")
            .shorts("v");
    public static final OptionSpec<Optional<String>> LOG = OptionSpec.path(
                    "log", "", "Log to this file, not to stderr; - is stderr. SIGHUP opens it anew.")
            .argument("FILE")
            .shorts("o")
            .optional();
    static final OptionSpec<LogFormat> LOG_FORMAT = OptionSpec.choice(
            "log-format", "text", LogFormat.class, "Lines for people, or a JSON object in each, for programs.");
    public static final OptionSpec<Optional<String>> DAEMON = OptionSpec.path(
                    "daemon", "", "Run in the background; the process id is in this file while the process runs.")
            .argument("FILE")
            .shorts("d")
            .optional();
    public static final OptionSpec<Optional<String>> CONFIG = OptionSpec.path(
                    "config", "", "Take options from this file, too, as lines NAME = VALUE; the command line wins.")
            .argument("FILE")
            .optional()
            .onlyOnCommandLine();
    public static final OptionSpec<Boolean> CHECK_CONFIG = OptionSpec.flag(
                    "check-config", "Check the options, and the files that they name; print what counts, and end.")
            .onlyOnCommandLine();
    public static final OptionSpec<Boolean> HELP =
            OptionSpec.flag("help", "Print this text.").shorts("h").onlyOnCommandLine();
    public static final OptionSpec<Boolean> VERSION =
            OptionSpec.flag("version", "Print the version.").onlyOnCommandLine();

    static final List<OptionSpec<?>> ALL =
            List.of(VERBOSE, LOG, LOG_FORMAT, DAEMON, CONFIG, CHECK_CONFIG, HELP, VERSION);

    /** What kumofs's daemons take and kumo has no use for. */
    static final List<OptionSpec<?>> OF_KUMOFS = List.of(
            OptionSpec.noEffect("keepalive-interval", "SECONDS", "broken connections are noticed without it.")
                    .shorts("k"),
            OptionSpec.noEffect("connect-timeout", "SECONDS", "connections are retried until they succeed.")
                    .shorts("Ys"),
            OptionSpec.noEffect("connect-retry-limit", "N", "connections are retried until they succeed.")
                    .shorts("Yn"),
            OptionSpec.noEffect("clock-interval", "SECONDS", "no order of events depends on clocks.")
                    .shorts("Ci"),
            OptionSpec.noEffect("write-threads", "N", "sockets are served by event loops.")
                    .shorts("TW"),
            OptionSpec.noEffect("read-threads", "N", "sockets are served by event loops.")
                    .shorts("TR"),
            OptionSpec.noEffect("binary-log", "FILE", "there is one log, see --log.")
                    .shorts("g"));

    private NodeOptions() {}
}
