package io.kumo.ctl.runtime;

import io.kumo.base.HostPort;
import io.kumo.bus.runtime.EventSubscriber;
import io.kumo.bus.runtime.TableSubscriber;
import io.kumo.config.OptionSpec;
import io.kumo.ctl.EventLine;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.StatusMessages.ManagerStatus;
import io.kumo.protocol.StatusMessages.Status;
import io.kumo.protocol.StatusMessages.StatusResult;
import java.io.PrintStream;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code kumoctl MANAGER events}: what happens in a cluster, a line each, as its managers publish it over MQTT. */
final class EventsCommand {
    static final OptionSpec<Duration> RETRY_FOR =
            OptionSpec.duration("retry-for", "1m", "Give up after so long without a manager.");

    private EventsCommand() {}

    static int run(Invocation run) {
        StatusResult status = run.client().ask(new Status());
        if (status.cluster().isEmpty()) {
            throw new KumoException(ErrorCode.NO_TABLE);
        }
        HostPort asked = run.client().manager();
        List<HostPort> brokers = Stream.concat(
                        Stream.of(asked), status.managers().stream().map(ManagerStatus::address))
                .distinct()
                .map(TableSubscriber::mqttAddress)
                .toList();
        Lines lines = new Lines(run.out(), run.options().value(Subcommands.JSON));
        EventSubscriber subscriber = new EventSubscriber(
                run.client().vertx(),
                "kumoctl-" + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime()),
                status.cluster(),
                brokers,
                run.client().mqttAccess(),
                run.options().value(RETRY_FOR).toMillis(),
                lines);
        subscriber.start();
        return lines.await(); // an interrupt ends the process
    }

    /** Prints; what is no event goes to stderr. */
    private static final class Lines implements EventSubscriber.Listener {
        private final PrintStream out;
        private final boolean json;
        private final CountDownLatch end = new CountDownLatch(1);
        private volatile @Nullable String failure;
        private boolean wasConnected;

        Lines(PrintStream out, boolean json) {
            this.out = out;
            this.json = json;
        }

        @Override
        public void onConnected(HostPort manager) {
            System.err.println("kumoctl: following " + manager
                    + (wasConnected ? "; events since the loss of the other connection are missing" : ""));
            wasConnected = true;
        }

        @Override
        public void onEvent(String event) {
            out.println(json ? event : EventLine.text(event, ZoneId.systemDefault()));
            out.flush();
            if (out.checkError()) {
                end.countDown(); // nobody reads any more
            }
        }

        @Override
        public void onLost(HostPort manager, String reason) {
            System.err.println("kumoctl: lost " + manager + ": " + reason);
        }

        @Override
        public void onGivenUp(String reason) {
            failure = reason;
            end.countDown();
        }

        int await() {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            String why = failure;
            if (why != null) {
                throw new KumoException(ErrorCode.NOT_CONNECTED, why);
            }
            return 0;
        }
    }
}
