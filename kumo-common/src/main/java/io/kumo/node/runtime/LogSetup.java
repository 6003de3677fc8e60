package io.kumo.node.runtime;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
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
 * The log: lines for people or for programs, on stderr or in a file. Logback finds this class as a service and has it
 * set up a quiet log before anything else runs; {@link NodeMain} then sets what the command line says. No file of
 * Logback's own is read.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final String LINE = "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %logger{0}: %msg";
    /** Without -v an exception is one line: what it is and where it was thrown. */
    private static final String SHORT = "%replace(%replace( %ex{short}){'[\\r\\n\\t ]+', ' '}){' $', ''}%n%nopex";

    private static final String FULL = "%n%ex";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        apply(context, console(context, text(context, false)), Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /**
     * Sets up the log of a daemon; KumoException if the file can't be written.
     *
     * @return opens the file anew, after it was moved
     */
    static Runnable configure(Optional<String> file, boolean verbose, LogFormat format) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        LogOutput output = output(context, file, verbose, format);
        output.start();
        apply(context, output, verbose ? Level.DEBUG : Level.INFO);
        return file.isPresent() ? output::reopen : () -> {};
    }

    static LogOutput output(LoggerContext context, Optional<String> file, boolean verbose, LogFormat format) {
        return new LogOutput(context, () -> {
            Encoder<ILoggingEvent> encoder = format == LogFormat.JSON ? json(context) : text(context, verbose);
            return file.isPresent() ? file(context, file.get(), encoder) : console(context, encoder);
        });
    }

    private static void apply(LoggerContext context, Appender<ILoggingEvent> appender, Level ours) {
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        context.getLogger("io.kumo").setLevel(ours);
        context.getLogger(Audit.LOGGER).setLevel(Level.INFO);
        // Every failed attempt to connect is an error to it; what tries again says itself what matters.
        context.getLogger("io.vertx.mqtt.impl.MqttClientImpl").setLevel(Level.OFF);
        // An error for each stranger that sends nonsense to the MQTT port; who is turned away is counted elsewhere.
        context.getLogger("io.vertx.core.net.impl.ConnectionBase").setLevel(Level.OFF);
        // A host without an Ethernet address, such as a container without a network, is nothing to warn of.
        context.getLogger("io.netty.util.internal.MacAddressUtil").setLevel(Level.ERROR);
        // Warns of every message to a member that has just gone; views tell that.
        context.getLogger("org.jgroups").setLevel(Level.ERROR);
        // An error for each connection whose other end closed it first.
        context.getLogger("org.jgroups.protocols.TCP").setLevel(Level.OFF);
    }

    private static OutputStreamAppender<ILoggingEvent> console(LoggerContext context, Encoder<ILoggingEvent> encoder) {
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setTarget("System.err");
        return started(context, appender, encoder);
    }

    private static OutputStreamAppender<ILoggingEvent> file(
            LoggerContext context, String file, Encoder<ILoggingEvent> encoder) {
        try {
            Files.newOutputStream(Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                    .close();
        } catch (IOException e) {
            throw new KumoException(ErrorCode.REFUSED, "cannot write the log " + file + ": " + Failures.reason(e), e);
        }
        FileAppender<ILoggingEvent> appender = new FileAppender<>();
        appender.setFile(file);
        appender.setAppend(true);
        return started(context, appender, encoder);
    }

    private static Encoder<ILoggingEvent> text(LoggerContext context, boolean verbose) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setPattern(LINE + (verbose ? FULL : SHORT));
        encoder.start();
        return encoder;
    }

    private static Encoder<ILoggingEvent> json(LoggerContext context) {
        JsonLines encoder = new JsonLines();
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }

    private static OutputStreamAppender<ILoggingEvent> started(
            LoggerContext context, OutputStreamAppender<ILoggingEvent> appender, Encoder<ILoggingEvent> encoder) {
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }
}
