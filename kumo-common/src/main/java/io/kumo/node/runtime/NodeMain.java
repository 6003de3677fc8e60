package io.kumo.node.runtime;

import ch.qos.logback.classic.LoggerContext;
import io.kumo.base.HostPort;
import io.kumo.config.ConfigText;
import io.kumo.config.OptionParser;
import io.kumo.config.OptionSpec;
import io.kumo.config.ParsedOptions;
import io.kumo.config.UsageException;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.Role;
import io.kumo.security.runtime.NodeSecurity;
import io.kumo.security.runtime.SecurityOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The frame of a daemon: a subclass says which options it has, starts and stops; everything else (command line, log,
 * pid file, Vert.x, HTTP, signals, ready line, exit codes) is here. {@code public static void main} calls {@link #run}.
 */
public abstract class NodeMain {
    private static final Logger LOG = LoggerFactory.getLogger(NodeMain.class);
    /** A stop has 5 s in all. */
    private static final long STOP_MS = 4300;

    private static final long VERTX_STOP_MS = 400;

    private final String program;
    private final String summary;
    private final List<OptionSpec<?>> specs;
    private final AtomicBoolean ending = new AtomicBoolean();
    private volatile int exitCode;
    private volatile boolean launched;
    private volatile boolean started;
    private volatile boolean serving;
    private boolean verbose;
    private boolean logsToFile;
    private @Nullable Vertx vertx;
    private volatile @Nullable NodeSecurity security;
    private @Nullable PidFile pidFile;
    private @Nullable OptionParser parser;
    private @Nullable OptionSpec<Optional<HostPort>> http;

    /**
     * @param program its name on the command line
     * @param summary a sentence that says what it is
     * @param specs its own options; those that every daemon has are added
     */
    protected NodeMain(String program, String summary, List<OptionSpec<?>> specs) {
        this.program = program;
        this.summary = summary;
        this.specs = List.copyOf(specs);
    }

    /**
     * Starts. Called on the main thread, once.
     *
     * @return completes once the daemon serves, with what the ready line says after {@code PROGRAM is ready: }; fails
     *     with a KumoException or IllegalArgumentException whose text is one line for the user
     */
    protected abstract Future<String> start(Node node);

    /** Stops cleanly; called once after a start that succeeded or failed, has 4 s. */
    protected abstract Future<Void> stop();

    /** What /health says once the daemon is ready; called on an event loop, must not wait. */
    protected abstract Health health();

    /**
     * Refuses options that do not fit together, before anything is started: UsageException or IllegalArgumentException
     * with a text for the user, which names options as {@code --NAME}. Reads no file.
     */
    protected void validate(ParsedOptions options) {}

    /** Refuses files that options name and that can't be used, as far as that is found without a change to any. */
    protected void checkFiles(ParsedOptions options) {}

    /** Reads again what can change while it runs; called on a thread that may wait, each time that SIGHUP comes. */
    protected void reload() {}

    /** What it is to other processes of the cluster. */
    protected abstract Role role();

    /** Addresses that it will listen on: those that other hosts reach need a key, a certificate or --insecure. */
    protected List<HostPort> listens(ParsedOptions options) {
        return List.of();
    }

    private void reloadAll() {
        NodeSecurity known = security;
        if (known != null) {
            known.reload();
        }
        reload();
    }

    /** Default port of /metrics and /health; 0 for a program that has none. */
    protected int httpPort() {
        return 0;
    }

    /** How many event loops Vert.x makes at most; it makes them as they are needed. */
    protected int eventLoops(ParsedOptions options) {
        return 2 * Runtime.getRuntime().availableProcessors();
    }

    /** The definition of the command line, for documents too. */
    public final synchronized OptionParser optionParser() {
        OptionParser known = parser;
        if (known != null) {
            return known;
        }
        List<OptionSpec<?>> all = new ArrayList<>(specs);
        if (httpPort() != 0) {
            OptionSpec<Optional<HostPort>> spec = OptionSpec.hostPortOrOff(
                    "http",
                    "127.0.0.1:" + httpPort(),
                    httpPort(),
                    "Address of /metrics and /health. If it is taken and was not asked for, HTTP is off.");
            http = spec;
            all.add(spec);
        }
        all.addAll(SecurityOptions.ALL);
        all.addAll(NodeOptions.ALL);
        Set<String> names = new HashSet<>();
        for (OptionSpec<?> spec : all) {
            names.add(spec.name());
            names.addAll(spec.shorts());
        }
        for (OptionSpec<?> spec : NodeOptions.OF_KUMOFS) {
            if (!names.contains(spec.name()) && spec.shorts().stream().noneMatch(names::contains)) {
                all.add(spec);
            }
        }
        known = new OptionParser(program, "[OPTION]...", summary, all);
        parser = known;
        return known;
    }

    /** Runs the daemon; ends the process with 0 after a clean stop, 1 after a failure, 2 for bad options. */
    public final void run(String[] arguments) {
        Runtime.getRuntime().addShutdownHook(new Thread(this::shutDown, "kumo-stop"));
        try {
            OptionParser known = optionParser();
            ParsedOptions loose = known.parse(List.of(arguments), false);
            if (loose.value(NodeOptions.HELP)) {
                System.out.print(known.help());
            } else if (loose.value(NodeOptions.VERSION)) {
                System.out.println(program + " " + build());
            } else {
                ParsedOptions options = loose.value(NodeOptions.CONFIG)
                        .map(file -> known.parse(List.of(arguments), ConfigReader.read(known, file)))
                        .orElseGet(() -> known.parse(List.of(arguments)));
                if (!options.arguments().isEmpty()) {
                    throw new UsageException(
                            program + ": unexpected '" + options.arguments().get(0) + "' (see " + program + " --help)");
                }
                usable(options, () -> {
                    SecurityOptions.of(program, options, true);
                    validate(options);
                });
                if (!options.value(NodeOptions.CHECK_CONFIG)) {
                    launch(options);
                    return;
                }
                usable(options, () -> checkAllFiles(options));
                sayFine(options);
            }
            exit(0);
        } catch (UsageException e) {
            System.err.println(e.getMessage());
            exit(2);
        }
    }

    private void usable(ParsedOptions options, Runnable check) {
        try {
            check.run();
        } catch (UsageException e) {
            throw new UsageException(options.withPlaces(String.valueOf(e.getMessage())));
        } catch (KumoException | IllegalArgumentException e) {
            throw new UsageException(program + ": " + options.withPlaces(Failures.reason(e)));
        }
    }

    private void checkAllFiles(ParsedOptions options) {
        secure(options);
        logFile(options).ifPresent(file -> FileCheck.writable(NodeOptions.LOG, file));
        options.value(NodeOptions.DAEMON).ifPresent(file -> FileCheck.writable(NodeOptions.DAEMON, file));
        secure(options);
        checkFiles(options);
    }

    private void sayFine(ParsedOptions options) {
        String from = options.value(NodeOptions.CONFIG)
                .map(file -> "; " + options.fileCount() + " options of " + file + " count")
                .orElse("");
        System.out.println(program + ": the configuration is fine" + from);
        ConfigText.effective(optionParser(), options).forEach(System.out::println);
        options.notices().forEach(notice -> System.err.println(program + ": " + notice));
    }

    private static Optional<String> logFile(ParsedOptions options) {
        return options.value(NodeOptions.LOG).filter(file -> !file.equals(NodeOptions.NO_FILE));
    }

    private void launch(ParsedOptions options) {
        verbose = options.value(NodeOptions.VERBOSE);
        launched = true;
        try {
            Optional<String> log = logFile(options);
            Runnable reopenLog = LogSetup.configure(log, verbose, options.value(NodeOptions.LOG_FORMAT));
            logsToFile = log.isPresent();
            boolean isHangupHeard =
                    Hangup.listen(() -> onHangup(reopenLog)); // before it is ready too: a log may be moved at any time
            options.notices().forEach(notice -> System.err.println(program + ": " + notice));
            options.value(NodeOptions.DAEMON)
                    .ifPresent(file -> pidFile = PidFile.write(file, getClass().getName()));
            Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> onUncaught(thread.getName(), failure));
            String ready = boot(options);
            serving = true;
            System.out.println(program + " is ready: " + ready);
            System.out.flush();
            LOG.info("ready build={} {}", build(), ready);
            if (!isHangupHeard) {
                LOG.info("SIGHUP is ignored, as nohup has it: files are read again only by a restart");
            }
            SystemdNotice.ready(ready);
            new CountDownLatch(1)
                    .await(); // until the process is told to end; other threads alone may not keep it alive
        } catch (InterruptedException e) {
            exit(1);
        } catch (UsageException e) {
            System.err.println(e.getMessage());
            exit(2);
        } catch (KumoException | IllegalArgumentException e) {
            sayFailure(Failures.reason(e), e);
            exit(1);
        } catch (RuntimeException | Error e) {
            sayFailure("internal error: " + e, e);
            exit(1);
        }
    }

    private void onHangup(Runnable reopenLog) {
        reopenLog.run();
        LOG.info("reloading because=SIGHUP");
        if (serving) {
            reloadAll();
        }
    }

    private void sayFailure(String text, Throwable failure) {
        if (ending.get()) {
            LOG.debug("told to stop while it started", failure); // what it was about to use is closed already
            return;
        }
        System.err.println(program + ": " + text);
        if (logsToFile) {
            LOG.error("cannot start because={}", text);
        }
        if (verbose) {
            LOG.debug("cannot start", failure);
        }
    }

    private String boot(ParsedOptions options) throws InterruptedException {
        Vertx made = VertxFactory.create(eventLoops(options));
        made.exceptionHandler(failure -> onUncaught("event loop", failure));
        vertx = made;
        NodeSecurity secured = secure(options);
        Metrics metrics = new Metrics();
        metrics.counter(Meter.PEERS_REFUSED, secured::refusedCount);
        if (secured.tls().isPresent()) {
            metrics.gauge(
                    Meter.NODE_CERTIFICATE_EXPIRY,
                    () -> secured.secondsToExpiry(SystemClock.INSTANCE.wallMs()).orElse(0));
        }
        AdminServer admin = new AdminServer(made, metrics, () -> serving ? health() : Health.not("starting"));
        OptionSpec<Optional<HostPort>> address = http;
        if (address != null && options.value(address).isPresent()) {
            await(admin.listen(options.value(address).get(), options.isGiven(address)));
        }
        started = true;
        return await(start(new Node(
                made,
                SystemClock.INSTANCE,
                metrics,
                admin,
                options,
                build(),
                secured,
                (code, text) -> stopBecause(code + ": " + text, null))));
    }

    private NodeSecurity secure(ParsedOptions options) {
        NodeSecurity secured = NodeSecurity.of(SecurityOptions.of(program, options, true), role());
        List<HostPort> listens = new ArrayList<>(listens(options));
        OptionSpec<Optional<HostPort>> address = http;
        if (address != null) {
            options.value(address).ifPresent(listens::add);
        }
        secured.checkListens(program, listens);
        security = secured;
        return secured;
    }

    private static <T> T await(Future<T> future) throws InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new KumoException(ErrorCode.INTERNAL, Failures.reason(e), e);
        }
    }

    /** The version of the program's jar. */
    private String build() {
        String version = getClass().getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    // --- The end. ---

    /** A fault of ours is never survived; a broken connection that nobody listened for is none. */
    private void onUncaught(String where, Throwable failure) {
        if (failure instanceof IOException || failure instanceof VertxException) {
            LOG.debug("connection failed where={}", where, failure);
        } else {
            stopBecause("uncaught exception in " + where, failure);
        }
    }

    private void stopBecause(String why, @Nullable Throwable failure) {
        if (ending.compareAndSet(false, true)) {
            exitCode = 1;
            LOG.error("stopping because={}", why, failure);
            if (logsToFile) {
                System.err.println(program + ": stopped: " + why);
            }
            new Thread(() -> exit(1), "kumo-exit").start(); // exit waits for the stop, which needs the event loops
        }
    }

    private void exit(int code) {
        if (ending.compareAndSet(false, true)) {
            exitCode = code;
        }
        System.exit(exitCode);
    }

    /** Runs on SIGTERM and SIGINT, and on any other end. */
    private void shutDown() {
        ending.set(true);
        boolean served = serving;
        serving = false;
        if (launched) {
            end(served);
        }
        Runtime.getRuntime().halt(exitCode); // a signal would make it 143
    }

    private void end(boolean served) {
        SystemdNotice.stopping();
        if (started) {
            awaitQuietly(stop(), STOP_MS, program);
        }
        Vertx made = vertx;
        if (made != null) {
            awaitQuietly(made.close(), VERTX_STOP_MS, "vertx");
        }
        if (pidFile != null) {
            pidFile.delete();
        }
        if (served) {
            LOG.info("stopped");
        }
        ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
    }

    private static void awaitQuietly(Future<Void> future, long timeoutMs, String what) {
        try {
            future.toCompletionStage().toCompletableFuture().get(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | RuntimeException e) {
            LOG.error("failed to stop what={}", what, e);
        } catch (TimeoutException e) {
            LOG.error("did not stop in time what={} timeoutMs={}", what, timeoutMs);
        } catch (InterruptedException e) {
            LOG.error("interrupted while stopping what={}", what);
        }
    }
}
