package io.kumo.ctl.runtime;

import io.kumo.config.OptionParser;
import io.kumo.config.ParsedOptions;
import io.kumo.config.UsageException;
import io.kumo.ctl.JsonLines;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.node.runtime.Failures;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** {@code kumoctl MANAGER export}, {@code kumoctl MANAGER import} and {@code kumoctl import}: records as text. */
final class TransferCommands {
    static final OptionParser OPTIONS = new OptionParser(
            "kumoctl import",
            "GATEWAY[:PORT] [FILE] [OPTION]...",
            "Writes records that are JSON Lines through a gateway, or into any memcached server; from the standard"
                    + " input without FILE. 'kumoctl MANAGER import' needs no gateway.",
            GatewayAccess.OPTIONS);

    private static final String STANDARD = "-";
    private static final int MOST_ERRORS_SHOWN = 20;
    private static final int BUFFER_BYTES = 1 << 16;

    private TransferCommands() {}

    private static String place(Invocation run) {
        return run.arguments().isEmpty() ? STANDARD : run.arguments().get(0);
    }

    static int export(Invocation run) {
        String[] result = {""};
        return Announcement.around(
                run.client(), "export", "to " + place(run), () -> exportTo(place(run), run, result), () -> result[0]);
    }

    private static int exportTo(String place, Invocation run, String[] result) {
        if (place.equals(STANDARD)) {
            return export(run, buffered(run.out()), System.err, result);
        }
        Path path = Path.of(place);
        try (PrintStream out = buffered(Files.newOutputStream(path, StandardOpenOption.CREATE_NEW))) {
            int exit = export(run, out, run.out(), result);
            if (out.checkError()) {
                throw new KumoException(ErrorCode.REFUSED, "can't write " + path + ": is its disk full?");
            }
            return exit;
        } catch (FileAlreadyExistsException e) {
            throw new KumoException(
                    ErrorCode.REFUSED, path + " is there already: delete it, or choose another name", e);
        } catch (IOException e) {
            throw new KumoException(ErrorCode.REFUSED, "can't make " + path + ": " + Failures.reason(e), e);
        }
    }

    private static PrintStream buffered(OutputStream out) {
        return new PrintStream(new BufferedOutputStream(out, BUFFER_BYTES), false, StandardCharsets.UTF_8);
    }

    private static int export(Invocation run, PrintStream out, PrintStream summary, String[] result) {
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
        result[0] = "exported " + count[0] + (keys ? " keys" : " records")
                + (scan.unreadable() > 0 ? "; " + scan.unreadable() + " are damaged and left out" : "");
        summary.println(result[0]);
        return scan.unreadable() == 0 && !out.checkError() ? 0 : 1;
    }

    static int load(Invocation run) {
        String[] result = {""};
        return Announcement.around(
                run.client(),
                "import",
                "from " + place(run),
                () -> load(place(run), run.out(), result, onRefused -> new ClusterWriter(run.client(), onRefused)),
                () -> result[0]);
    }

    /** {@code kumoctl import GATEWAY}. */
    static int load(List<String> words, PrintStream out) {
        ParsedOptions options = OPTIONS.parse(words);
        List<String> arguments = options.arguments();
        if (arguments.isEmpty() || arguments.size() > 2) {
            throw new UsageException("kumoctl import: name a gateway, and perhaps a file (see kumoctl import --help)");
        }
        GatewayAccess gateway = GatewayAccess.of("kumoctl import", arguments.get(0), options);
        List<GatewayWriter> opened = new ArrayList<>();
        try {
            return load(arguments.size() < 2 ? STANDARD : arguments.get(1), out, new String[1], onRefused -> {
                GatewayWriter writer = new GatewayWriter(gateway, onRefused);
                opened.add(writer);
                return writer;
            });
        } finally {
            opened.forEach(GatewayWriter::close);
        }
    }

    private static int load(
            String place, PrintStream out, String[] result, Function<BiConsumer<Long, String>, RecordSink> sink) {
        try (InputStream in = place.equals(STANDARD) ? System.in : Files.newInputStream(Path.of(place));
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return load(lines, out, result, sink);
        } catch (IOException e) {
            throw new KumoException(ErrorCode.REFUSED, "can't read " + place + ": " + Failures.reason(e), e);
        }
    }

    private static int load(
            BufferedReader lines, PrintStream out, String[] result, Function<BiConsumer<Long, String>, RecordSink> sink)
            throws IOException {
        long[] errors = {0};
        RecordSink writer = sink.apply((line, why) -> error(out, errors, line, why));
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
                error(out, errors, number, String.valueOf(e.getMessage()));
            }
        }
        writer.flush();
        result[0] = "imported " + writer.written() + " records of " + number + " lines"
                + (errors[0] > 0 ? "; " + errors[0] + " lines were not" : "");
        out.println(result[0]);
        return errors[0] == 0 ? 0 : 1;
    }

    private static void error(PrintStream out, long[] errors, long line, String why) {
        errors[0]++;
        if (errors[0] <= MOST_ERRORS_SHOWN) {
            out.println("line " + line + ": " + why);
        }
    }
}
