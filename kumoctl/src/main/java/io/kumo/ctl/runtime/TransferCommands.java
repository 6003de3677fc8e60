package io.kumo.ctl.runtime;

import io.kumo.ctl.JsonLines;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** {@code kumoctl MANAGER export} and {@code import}: records as lines of text. */
final class TransferCommands {
    private static final String STANDARD = "-";
    private static final int MOST_ERRORS_SHOWN = 20;

    private TransferCommands() {}

    private static String place(Invocation run) {
        return run.arguments().isEmpty() ? STANDARD : run.arguments().get(0);
    }

    static int export(Invocation run) {
        String place = place(run);
        if (place.equals(STANDARD)) {
            return export(run, run.out(), System.err);
        }
        Path path = Path.of(place);
        try (PrintStream out = new PrintStream(
                Files.newOutputStream(path, StandardOpenOption.CREATE_NEW), false, StandardCharsets.UTF_8)) {
            int exit = export(run, out, run.out());
            if (out.checkError()) {
                throw new KumoException(ErrorCode.REFUSED, "can't write " + path + ": is its disk full?");
            }
            return exit;
        } catch (IOException e) {
            throw new KumoException(
                    ErrorCode.REFUSED, "can't make " + path + ": is it there already? " + e.getMessage(), e);
        }
    }

    private static int export(Invocation run, PrintStream out, PrintStream summary) {
        boolean keys = run.options().value(BackupCommands.KEYS);
        long[] count = {0};
        ClusterScan scan = new ClusterScan(run.client());
        scan.each((partition, record) -> {
            out.print(
                    keys
                            ? JsonLines.mgdump(record.key())
                            : JsonLines.line(new JsonLines.Item(
                                    record.key(), record.value(), record.flags(), RestoreCommand.exptime(record))));
            out.print('\n');
            count[0]++;
        });
        if (keys) {
            out.print("EN\n");
        }
        out.flush();
        summary.println("exported " + count[0] + (keys ? " keys" : " records")
                + (scan.unreadable() > 0 ? "; " + scan.unreadable() + " are damaged and left out" : ""));
        return scan.unreadable() == 0 && !out.checkError() ? 0 : 1;
    }

    static int load(Invocation run) {
        String place = place(run);
        try (InputStream in = place.equals(STANDARD) ? System.in : Files.newInputStream(Path.of(place));
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return load(run, lines);
        } catch (IOException e) {
            throw new KumoException(ErrorCode.REFUSED, "can't read " + place + ": " + e.getMessage(), e);
        }
    }

    private static int load(Invocation run, BufferedReader lines) throws IOException {
        long[] errors = {0};
        ClusterWriter writer = new ClusterWriter(run.client(), (line, why) -> error(run, errors, line, why));
        long number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            try {
                JsonLines.Item item = JsonLines.parse(line);
                writer.set(item.key(), item.flags(), item.exptime(), item.value(), number);
            } catch (IllegalArgumentException e) {
                error(run, errors, number, String.valueOf(e.getMessage()));
            }
        }
        writer.flush();
        run.out()
                .println("imported " + writer.written() + " records of " + number + " lines"
                        + (errors[0] > 0 ? "; " + errors[0] + " lines were not" : ""));
        return errors[0] == 0 ? 0 : 1;
    }

    private static void error(Invocation run, long[] errors, long line, String why) {
        errors[0]++;
        if (errors[0] <= MOST_ERRORS_SHOWN) {
            run.out().println("line " + line + ": " + why);
        }
    }
}
