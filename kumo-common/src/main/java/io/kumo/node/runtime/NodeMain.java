package io.kumo.node.runtime;

import io.kumo.config.OptionParser;
import io.kumo.config.OptionSpec;
import io.vertx.core.Future;
import java.util.List;

/**
 * The frame of a daemon: a subclass says which options it has, starts and stops; everything else (command line, log,
 * pid file, Vert.x, signals, ready line, exit codes) is here. {@code public static void main} calls {@link #run}.
 */
public abstract class NodeMain {
    /**
     * @param program its name on the command line
     * @param summary a sentence that says what it is
     * @param specs its own options; those that every daemon has are added
     */
    protected NodeMain(String program, String summary, List<OptionSpec<?>> specs) {}

    /**
     * Starts. Called on the main thread, once.
     *
     * @return completes once the daemon serves, with what the ready line says after {@code PROGRAM is ready: }; fails
     *     with a KumoException or IllegalArgumentException whose text is one line for the user
     */
    protected abstract Future<String> start(Node node);

    /** Stops cleanly; called once after a start that succeeded or failed, has 5 s. */
    protected abstract Future<Void> stop();

    /** What /health says; called on any thread. */
    protected abstract Health health();

    /** The definition of the command line, for documents. */
    public final OptionParser optionParser() {
        throw new UnsupportedOperationException();
    }

    /** Runs the daemon; ends the process. */
    public final void run(String[] arguments) {
        throw new UnsupportedOperationException();
    }
}
