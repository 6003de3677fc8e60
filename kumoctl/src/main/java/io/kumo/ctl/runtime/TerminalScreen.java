package io.kumo.ctl.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The whole terminal, with keys that come at once. It is set and asked with the host's stty, and put back as it was
 * when this is closed or the process is told to end.
 */
final class TerminalScreen implements AutoCloseable {
    /** No key came in time. */
    static final int NONE = -1;

    /** There is nobody who could press one. */
    static final int END = -2;

    private static final String ENTER = "\u001b[?1049h\u001b[?25l";
    private static final String LEAVE = "\u001b[?25h\u001b[?1049l";
    private static final String HOME = "\u001b[H";
    private static final String CLEAR_LINE = "\u001b[K";
    private static final String CLEAR_REST = "\u001b[J";
    private static final long KEY_POLL_MS = 50;
    private static final long COMMAND_S = 5;

    private final PrintStream out;
    private final String before;
    private final Thread onEnd = new Thread(this::restore, "kumo-terminal");
    private boolean isRestored;

    private TerminalScreen(PrintStream out, String before) {
        this.out = out;
        this.before = before;
    }

    /** Whether keys come from a terminal and lines go to one. */
    static boolean isTerminal() {
        return shell("test -t 0 && test -t 1", false).exit() == 0;
    }

    static TerminalScreen open(PrintStream out) {
        TerminalScreen screen =
                new TerminalScreen(out, shell("stty -g", true).output().strip());
        Runtime.getRuntime().addShutdownHook(screen.onEnd);
        shell("stty -icanon -echo min 1 time 0", false);
        out.print(ENTER);
        out.flush();
        return screen;
    }

    /** Columns, asked anew as windows change. */
    int width() {
        return size(1, 80);
    }

    int height() {
        return size(0, 24);
    }

    private static int size(int word, int otherwise) {
        String[] words = shell("stty size", true).output().strip().split(" ");
        boolean isKnown = words.length == 2 && words[word].matches("[1-9][0-9]{0,4}");
        return isKnown ? Integer.parseInt(words[word]) : otherwise;
    }

    void show(List<String> lines) {
        StringBuilder screen = new StringBuilder(HOME);
        lines.forEach(line -> screen.append(line).append(CLEAR_LINE).append('\n'));
        out.print(screen.append(CLEAR_REST));
        out.flush();
    }

    /** Waits so long for a key. */
    int key(long waitMs) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
        try {
            while (System.in.available() == 0) {
                if (System.nanoTime() - until > 0) {
                    return NONE;
                }
                if (!Pause.ms(KEY_POLL_MS)) {
                    return END;
                }
            }
            return System.in.read();
        } catch (IOException e) {
            return END;
        }
    }

    private synchronized void restore() {
        if (!isRestored) {
            isRestored = true;
            out.print(LEAVE);
            out.flush();
            shell("stty " + before, false);
        }
    }

    @Override
    public void close() {
        restore();
    }

    private record Result(int exit, String output) {}

    private static Result shell(String command, boolean wantsOutput) {
        try {
            ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", command).inheritIO();
            if (wantsOutput) {
                builder.redirectOutput(ProcessBuilder.Redirect.PIPE);
            }
            Process process = builder.start();
            String output =
                    wantsOutput ? new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8) : "";
            boolean hasEnded = process.waitFor(COMMAND_S, TimeUnit.SECONDS);
            return new Result(hasEnded ? process.exitValue() : 1, output);
        } catch (IOException e) {
            throw new KumoException(ErrorCode.INTERNAL, "cannot run '" + command + "': " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Result(1, "");
        }
    }
}
