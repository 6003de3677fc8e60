package io.kumo.ctl.runtime;

import io.kumo.base.Bytes;
import io.kumo.config.OptionSpec;
import io.kumo.ctl.VerifyReport;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.error.Outcome;
import io.kumo.protocol.Call;
import io.kumo.protocol.Message;
import io.kumo.protocol.StatusMessages.Status;
import io.kumo.protocol.VerifyMessages.Mend;
import io.kumo.protocol.VerifyMessages.Verify;
import io.kumo.protocol.VerifyMessages.VerifyResult;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Commands that compare copies and copy them anew. They go through the partitions themselves, a piece at a time, so
 * that nothing goes on once they are interrupted; {@link Subcommands} lists them.
 */
final class VerifyCommands {
    private static final OptionSpec<Boolean> EVERY =
            OptionSpec.flag("all", "Every partition; so without arguments too.");
    private static final OptionSpec<Boolean> REPAIR =
            OptionSpec.flag("repair", "Mend copies that differ from their primary: they join again, one at a time.");
    private static final int ATTEMPTS = 20;
    private static final long PAUSE_MS = 500;
    private static final int PARTITIONS_AT_ONCE = 16;

    static final List<Subcommand> ALL = List.of(
            new Subcommand(
                    "verify",
                    "[PARTITION...]",
                    Integer.MAX_VALUE,
                    "Compare all copies with their primaries while writes go on: exit code 1 if any differs.",
                    List.of(EVERY, REPAIR, Subcommands.JSON),
                    VerifyCommands::verify),
            new Subcommand(
                    "full-replace",
                    "",
                    0,
                    "Compare and copy all copies of all partitions anew from their primaries, one of each at a time.",
                    List.of(Subcommands.WAIT, Subcommands.WAIT_AT_MOST),
                    VerifyCommands::fullReplace));

    private VerifyCommands() {}

    private static List<Integer> partitions(Invocation run) {
        int count = run.client().ask(new Status()).partitions();
        if (run.arguments().isEmpty()) {
            return IntStream.range(0, count).boxed().toList();
        }
        if (run.options().value(EVERY)) {
            throw new KumoException(ErrorCode.BAD_REQUEST, "give either partitions or --all");
        }
        List<Integer> chosen = new ArrayList<>();
        for (String text : run.arguments()) {
            int partition = text.matches("[0-9]{1,7}") ? Integer.parseInt(text) : -1;
            if (partition < 0 || partition >= count) {
                throw new KumoException(
                        ErrorCode.BAD_REQUEST, "'" + text + "' is no partition: these are 0 to " + (count - 1));
            }
            chosen.add(partition);
        }
        return chosen;
    }

    private static int verify(Invocation run) {
        boolean json = run.options().value(Subcommands.JSON);
        List<Integer> partitions = partitions(run);
        ProgressLine line = new ProgressLine(
                json ? new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8) : run.out());
        VerifyReport report = new VerifyReport();
        int done = 0;
        for (int partition : partitions) {
            try {
                compare(run, partition, report);
            } catch (KumoException e) {
                report.onFailure(partition, String.valueOf(e.getMessage()));
            }
            done++;
            if (done % PARTITIONS_AT_ONCE == 0 && done < partitions.size()) {
                line.show(report.progress(partitions.size()));
            }
        }
        line.end(report.progress(partitions.size()));
        run.out().print(json ? report.json() : report.text());
        run.out().flush();
        return report.isClean() ? 0 : 1;
    }

    private static void compare(Invocation run, int partition, VerifyReport report) {
        Bytes after = Bytes.EMPTY;
        do {
            VerifyResult piece = ask(run, new Verify(partition, after));
            report.onPiece(partition, piece);
            after = piece.lastKey();
        } while (!after.isEmpty());
        report.onPartition();
        List<String> differing = report.differing(partition);
        if (!differing.isEmpty() && run.options().value(REPAIR)) {
            report.onMended(ask(run, new Mend(partition, differing, false)).copies());
        }
    }

    /** Primaries change, and a comparison may be under way already. */
    private static <R extends Message> R ask(Invocation run, Call<R> call) {
        for (int attempt = 1; ; attempt++) {
            try {
                return run.client().ask(call);
            } catch (KumoException e) {
                boolean again =
                        e.code().outcome() == Outcome.NOT_DONE || e.code().outcome() == Outcome.UNKNOWN;
                if (!again || attempt == ATTEMPTS || !Pause.ms(PAUSE_MS)) {
                    throw e;
                }
            }
        }
    }

    private static int fullReplace(Invocation run) {
        int count = run.client().ask(new Status()).partitions();
        boolean waits = run.options().value(Subcommands.WAIT);
        long deadline = System.nanoTime()
                + run.options().value(Subcommands.WAIT_AT_MOST).toNanos();
        ProgressLine line = new ProgressLine(run.out());
        int copies = 0;
        for (int first = 0; first < count; first += PARTITIONS_AT_ONCE) {
            int end = Math.min(count, first + PARTITIONS_AT_ONCE);
            for (int partition = first; partition < end; partition++) {
                copies += ask(run, new Mend(partition, List.of(), false)).copies();
            }
            while (waits && isUnderWay(run, first, end)) {
                if (System.nanoTime() > deadline || !Pause.ms(PAUSE_MS)) {
                    line.end("not done: " + first + " of " + count + " partitions are copied anew");
                    return 1;
                }
            }
            line.show((waits ? "copied anew " : "asked for ") + end + " of " + count + " partitions");
        }
        line.end(
                waits
                        ? "done: " + copies + " copies were compared and copied anew"
                        : copies + " copies are compared and copied anew: watch it with 'kumoctl "
                                + run.client().manager() + " status --watch'");
        return 0;
    }

    private static boolean isUnderWay(Invocation run, int first, int end) {
        for (int partition = first; partition < end; partition++) {
            if (ask(run, new Mend(partition, List.of(), true)).copies() > 0) {
                return true;
            }
        }
        return false;
    }
}
