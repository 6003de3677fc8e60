package io.kumo.ctl.runtime;

import io.kumo.config.OptionParser;
import io.kumo.config.OptionSpec;
import io.kumo.config.ParsedOptions;
import io.kumo.config.UsageException;
import io.kumo.ctl.BenchPlan;
import io.kumo.ctl.BenchReport;
import io.vertx.core.Vertx;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** {@code kumoctl bench GATEWAY}: its options, and the run. */
final class BenchCommand {
    private static final long SLACK_S = 120;

    private static final OptionSpec<Integer> CONNECTIONS =
            OptionSpec.integer("connections", "64", 1, 10_000, "Connections.").shorts("c");
    private static final OptionSpec<Integer> DEPTH = OptionSpec.integer(
                    "depth", "1", 1, 1_000, "Requests outstanding on each connection.")
            .shorts("d");
    private static final OptionSpec<Long> VALUE =
            OptionSpec.bytes("value", "1k", 16, 1 << 20, "Size of the values.").shorts("v");
    private static final OptionSpec<Integer> KEYS =
            OptionSpec.integer("keys", "100000", 1, 999_999_999, "Keys.").shorts("k");
    private static final OptionSpec<Integer> READS = OptionSpec.integer(
                    "reads", "90", 0, 100, "Gets in 100 operations; the rest are sets.")
            .shorts("r");
    private static final OptionSpec<String> ZIPF = OptionSpec.string(
                    "zipf", "0", "Skew of the keys, below 1 (YCSB: 0.99); 0 for none.")
            .argument("THETA")
            .shorts("z");
    private static final OptionSpec<Integer> SECONDS =
            OptionSpec.integer("seconds", "10", 1, 86_400, "Measured time.").shorts("t");
    private static final OptionSpec<Integer> WARM_UP = OptionSpec.integer(
                    "warm-up", "2", 0, 3_600, "Seconds before the measurement.")
            .shorts("w");
    private static final OptionSpec<Boolean> NO_LOAD =
            OptionSpec.flag("no-load", "Do not write every key once before.");
    private static final OptionSpec<String> PROCESSES = OptionSpec.string(
                    "processes", "auto", "Process ids, comma-separated, whose CPU time is reported; auto: kumo's.")
            .argument("PID,...");

    static final OptionParser OPTIONS = new OptionParser(
            "kumoctl bench",
            "GATEWAY[:PORT] [OPTION]...",
            "Drives a gateway, or any memcached server, with gets and sets, and checks every value.",
            Stream.<List<OptionSpec<?>>>of(
                            List.of(CONNECTIONS, DEPTH, VALUE, KEYS, READS, ZIPF, SECONDS, WARM_UP, NO_LOAD, PROCESSES),
                            GatewayAccess.OPTIONS)
                    .flatMap(List::stream)
                    .toList());

    private BenchCommand() {}

    static int run(List<String> words, PrintStream out) {
        ParsedOptions options = OPTIONS.parse(words);
        if (options.arguments().size() != 1) {
            throw new UsageException("kumoctl bench: name one gateway (see kumoctl bench --help)");
        }
        GatewayAccess gateway =
                GatewayAccess.of("kumoctl bench", options.arguments().get(0), options);
        BenchPlan plan = new BenchPlan(
                gateway.address(),
                options.value(CONNECTIONS),
                options.value(DEPTH),
                options.value(VALUE).intValue(),
                options.value(KEYS),
                options.value(READS) / 100.0,
                theta(options.value(ZIPF)),
                options.value(SECONDS),
                options.value(WARM_UP),
                !options.value(NO_LOAD));
        List<Long> pids = pids(options.value(PROCESSES));
        Vertx vertx = Vertx.builder().build();
        try {
            BenchReport report = new BenchRunner(vertx, gateway, plan, pids)
                    .run()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(plan.seconds() + plan.warmupSeconds() + plan.keyCount() / 500 + SLACK_S, TimeUnit.SECONDS);
            out.print(report.text());
            return report.isClean() ? 0 : 1;
        } catch (ExecutionException e) {
            throw KumoctlMain.known(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new UsageException("kumoctl bench: " + plan.target() + " does not get on");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        } finally {
            vertx.close();
        }
    }

    private static double theta(String text) {
        try {
            double theta = Double.parseDouble(text);
            if (theta >= 0 && theta < 1) {
                return theta;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UsageException("kumoctl bench: --zipf: '" + text + "' is not a number from 0 to below 1");
    }

    private static List<Long> pids(String text) {
        if (text.equals("auto")) {
            return ProcessMeter.findServers();
        }
        try {
            return Arrays.stream(text.split(","))
                    .map(word -> Long.parseLong(word.trim()))
                    .toList();
        } catch (NumberFormatException e) {
            throw new UsageException("kumoctl bench: --processes: '" + text + "' is not a list of process ids");
        }
    }
}
