package io.kumo.node.runtime;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log: lines for people, on stderr or in a file. Logback finds this class as a service and has it set up a quiet
 * log before anything else runs; {@link NodeMain} then sets what the command line says. No file of Logback's own is
 * read.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final String LINE = "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %logger{0}: %msg";
    /** Without -v an exception is one line: what it is and where it was thrown. */
    private static final String SHORT = "%replace( %ex{short}){'[\\r\\n\\t ]+', ' '}%n%nopex";

    private static final String FULL = "%n%ex";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        apply(context, console(context, false), Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** KumoException if the file can't be written. */
    static void configure(Optional<String> file, boolean verbose) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        OutputStreamAppender<ILoggingEvent> appender =
                file.isPresent() ? file(context, file.get(), verbose) : console(context, verbose);
        apply(context, appender, verbose ? Level.DEBUG : Level.INFO);
    }

    private static void apply(LoggerContext context, OutputStreamAppender<ILoggingEvent> appender, Level ours) {
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        context.getLogger("io.kumo").setLevel(ours);
        // Every failed attempt to connect is an error to it; what tries again says itself what matters.
        context.getLogger("io.vertx.mqtt.impl.MqttClientImpl").setLevel(Level.OFF);
        // Warns of every message to a member that has just gone; views tell that.
        context.getLogger("org.jgroups").setLevel(Level.ERROR);
    }

    private static OutputStreamAppender<ILoggingEvent> console(LoggerContext context, boolean verbose) {
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setTarget("System.err");
        return started(context, appender, verbose);
    }

    private static OutputStreamAppender<ILoggingEvent> file(LoggerContext context, String file, boolean verbose) {
        try {
            Files.newOutputStream(Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                    .close();
        } catch (IOException e) {
            throw new KumoException(ErrorCode.REFUSED, "cannot write the log " + file + ": " + Failures.reason(e), e);
        }
        FileAppender<ILoggingEvent> appender = new FileAppender<>();
        appender.setFile(file);
        appender.setAppend(true);
        return started(context, appender, verbose);
    }

    private static OutputStreamAppender<ILoggingEvent> started(
            LoggerContext context, OutputStreamAppender<ILoggingEvent> appender, boolean verbose) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setPattern(LINE + (verbose ? FULL : SHORT));
        encoder.start();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }
}
