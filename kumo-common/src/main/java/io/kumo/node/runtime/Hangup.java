package io.kumo.node.runtime;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP, by which an operator asks a daemon to read its files again. Java has it only in a class that is not part of
 * the standard, so it is looked up by name; where it is missing the signal ends the process, as it always does. Java
 * leaves the signal ignored in a process that was started so, by nohup for one.
 */
final class Hangup {
    private static final Logger LOG = LoggerFactory.getLogger(Hangup.class);

    private Hangup() {}

    /**
     * From now on the signal calls {@code action}, on a thread that may wait.
     *
     * @return whether it does
     */
    static boolean listen(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object onSignal = Proxy.newProxyInstance(
                    handler.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        switch (method.getName()) {
                            case "handle" -> run(action);
                            case "equals" -> {
                                return arguments != null && proxy == arguments[0];
                            }
                            case "hashCode" -> {
                                return System.identityHashCode(proxy);
                            }
                            default -> {
                                return "hangup";
                            }
                        }
                        return null;
                    });
            Object hup = signal.getConstructor(String.class).newInstance("HUP");
            Object before = signal.getMethod("handle", signal, handler).invoke(null, hup, onSignal);
            return !handler.getField("SIG_IGN").get(null).equals(before);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            LOG.debug("SIGHUP is not known here", e);
            return false;
        }
    }

    @SuppressWarnings("checkstyle:IllegalCatch") // whatever happens, the daemon goes on with what it had
    private static void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.error("reloading failed", e);
        }
    }
}
