package io.kumo.ctl.runtime;

import io.kumo.config.OptionParser;
import io.kumo.config.OptionSpec;
import io.kumo.config.ParsedOptions;
import io.kumo.config.UsageException;
import io.kumo.ctl.LogFilter;
import io.kumo.ctl.LogLine;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.node.runtime.Failures;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code kumolog}: shows the log of a daemon, of either format, to people. */
final class LogTool {
    private static final String NAME = "kumolog";
    private static final String STDIN = "-";
    private static final int MOST_LINES = 1_000_000;
    private static final long FOLLOW_MS = 250;

    /** The least important level that is shown. */
    enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        ALL
    }

    private static final OptionSpec<Boolean> FOLLOW = OptionSpec.flag(
                    "follow", "Go on with what is added, also in the file that follows after this one was moved.")
            .shorts("f");
    private static final OptionSpec<Boolean> TAIL =
            OptionSpec.flag("tail", "Only the last lines.").shorts("t");
    private static final OptionSpec<Boolean> HEAD =
            OptionSpec.flag("head", "Only the first lines.").shorts("h");
    private static final OptionSpec<Long> LINES = OptionSpec.count(
                    "lines",
                    "10",
                    -MOST_LINES,
                    MOST_LINES,
                    "How many; -N: all but the last N with --head, all but the first N with --tail.")
            .shorts("n");
    private static final OptionSpec<Level> LEVEL =
            OptionSpec.choice("level", "all", Level.class, "Only lines that are at least so important.");
    private static final OptionSpec<String> LOGGER = OptionSpec.string(
                    "logger", "", "Only lines of this logger, such as audit.")
            .argument("NAME");
    private static final OptionSpec<String> GREP =
            OptionSpec.string("grep", "", "Only lines that have these words.").argument("WORDS");

    static final OptionParser OPTIONS = new OptionParser(
            NAME,
            "[OPTION]... FILE|-",
            "Shows a log of kumo to people, whether it was written as text or as JSON.",
            List.of(FOLLOW, TAIL, HEAD, LINES, LEVEL, LOGGER, GREP, Subcommands.JSON));

    private final LogFilter filter;
    private final boolean json;
    private final PrintStream out;
    private final ZoneId zone = ZoneId.systemDefault();

    private LogTool(ParsedOptions options, PrintStream out) {
        Level level = options.value(LEVEL);
        this.filter = new LogFilter(
                level == Level.ALL ? "" : level.name().toUpperCase(Locale.ROOT),
                options.value(LOGGER),
                options.value(GREP));
        this.json = options.value(Subcommands.JSON);
        this.out = out;
    }

    static int run(List<String> words, PrintStream out) {
        ParsedOptions options = OPTIONS.parse(words);
        if (options.arguments().size() != 1) {
            throw new UsageException(NAME + ": give one file, or - for what comes in (see " + NAME + " --help)");
        }
        boolean tail = options.value(TAIL);
        boolean head = options.value(HEAD);
        if ((tail && head) || (head && options.value(FOLLOW))) {
            throw new UsageException(NAME + ": --head goes with neither --tail nor --follow (see " + NAME + " --help)");
        }
        String file = options.arguments().get(0);
        try (LogSource source =
                file.equals(STDIN) ? LogSource.ofInput() : LogSource.ofFile(Path.of(file), options.value(FOLLOW))) {
            new LogTool(options, out).show(source, options, tail, head);
            return 0;
        } catch (IOException e) {
            throw new KumoException(ErrorCode.REFUSED, "cannot read " + file + ": " + Failures.reason(e), e);
        }
    }

    private void show(LogSource source, ParsedOptions options, boolean tail, boolean head) throws IOException {
        int lines = Math.toIntExact(options.value(LINES));
        if (head) {
            head(source, lines);
        } else if (tail && lines >= 0) {
            tail(source, lines);
        } else {
            print(source, tail ? -lines : 0);
        }
        out.flush();
        while (options.value(FOLLOW) && !out.checkError() && Pause.ms(FOLLOW_MS)) {
            print(source, 0);
            out.flush();
            source.turnToNewFile();
        }
    }

    /** The next line that is shown; null at the end. */
    private @Nullable String next(LogSource source) throws IOException {
        for (String raw = source.line(); raw != null; raw = source.line()) {
            LogLine line = LogLine.of(raw);
            if (filter.shows(line)) {
                return json ? line.json() : line.text(zone);
            }
        }
        return null;
    }

    private void head(LogSource source, int count) throws IOException {
        if (count < 0) {
            Deque<String> kept = new ArrayDeque<>();
            for (String line = next(source); line != null; line = next(source)) {
                kept.addLast(line);
                if (kept.size() > -count) {
                    out.println(kept.removeFirst());
                }
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            String line = next(source);
            if (line == null) {
                return;
            }
            out.println(line);
        }
    }

    private void tail(LogSource source, int count) throws IOException {
        Deque<String> kept = new ArrayDeque<>();
        for (String line = next(source); line != null; line = next(source)) {
            kept.addLast(line);
            if (kept.size() > count) {
                kept.removeFirst();
            }
        }
        kept.forEach(out::println);
    }

    private void print(LogSource source, int skipped) throws IOException {
        int seen = 0;
        for (String line = next(source); line != null && !out.checkError(); line = next(source)) {
            if (seen++ >= skipped) {
                out.println(line);
            }
        }
    }
}
