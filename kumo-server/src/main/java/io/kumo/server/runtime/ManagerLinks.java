package io.kumo.server.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.bus.runtime.TableHolder;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.ControlMessages.ServerReportResult;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.rpc.runtime.ResultHandler;
import io.kumo.rpc.runtime.RpcClient;
import io.kumo.table.ClusterTable;
import io.kumo.table.TableCodec;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections to all managers: each gets this server's report every second, and soon after something changed; what
 * they answer says whether a newer table is to be had. Lives on one context, where its methods are called unless they
 * say otherwise.
 */
final class ManagerLinks {
    private static final Logger LOG = LoggerFactory.getLogger(ManagerLinks.class);
    private static final long PERIOD_MS = 1_000;
    private static final long SOON_MS = 20;
    private static final long CONTACT_POLL_MS = 10;
    private static final long CALL_TIMEOUT_MS = 2_000;

    private final Vertx vertx;
    private final Context context;
    private final Function<HostPort, RpcClient> connect;
    private final TableHolder tables;
    private final Supplier<Future<ServerReport>> report;
    private final Consumer<KumoException> refused;
    private final Map<HostPort, Link> links = new ConcurrentHashMap<>();
    private long timer = -1;
    private boolean wasConnected;
    private boolean isSoon;
    private boolean isGathering;
    private boolean isAgain;
    private boolean isClosed;

    /**
     * @param connect makes a kept connection that lives on {@code context}
     * @param report what there is to report; called on {@code context}
     * @param refused told when the managers turn out to be of another cluster
     */
    ManagerLinks(
            Vertx vertx,
            Context context,
            List<HostPort> managers,
            Function<HostPort, RpcClient> connect,
            TableHolder tables,
            Supplier<Future<ServerReport>> report,
            Consumer<KumoException> refused) {
        this.vertx = vertx;
        this.context = context;
        this.connect = connect;
        this.tables = tables;
        this.report = report;
        this.refused = refused;
        managers.forEach(this::link);
    }

    /** Begins to report. */
    void start() {
        tables.listen(context, this::onTable);
        links.values().forEach(link -> link.client.onStateChange(up -> reportSoon()));
        timer = vertx.setPeriodic(PERIOD_MS, ignored -> {
            refusal().ifPresent(refused);
            reportNow();
        });
        reportNow();
    }

    private void onTable(ClusterTable table) {
        for (HostPort manager : table.managers()) {
            if (!isClosed && !links.containsKey(manager)) {
                link(manager).client.onStateChange(up -> reportSoon());
            }
        }
        reportSoon();
    }

    private Link link(HostPort manager) {
        return links.computeIfAbsent(manager, address -> new Link(connect.apply(address)));
    }

    /**
     * Completes once a manager has answered, or after {@code timeoutMs}: managers may come later. Fails with
     * WRONG_CLUSTER if those that answer belong to another cluster.
     */
    Future<Void> firstContact(long timeoutMs) {
        Promise<Void> contact = Promise.promise();
        long until = System.nanoTime() + timeoutMs * 1_000_000;
        vertx.setPeriodic(CONTACT_POLL_MS, polling -> {
            Optional<KumoException> refusal = refusal();
            if (refusal.isPresent() || wasConnected || System.nanoTime() - until > 0) {
                vertx.cancelTimer(polling);
                refusal.ifPresentOrElse(contact::tryFail, contact::tryComplete);
            }
        });
        return contact.future();
    }

    /** Why this server is in the wrong place: no manager has ever taken it, and one is of another cluster. */
    Optional<KumoException> refusal() {
        wasConnected |= connectedCount() > 0;
        return links.values().stream()
                .filter(link -> !wasConnected && link.client.isRefused())
                .map(link -> new KumoException(
                        ErrorCode.WRONG_CLUSTER,
                        link.client.lastFailure() + ": check the managers' addresses and the store directory"))
                .findFirst();
    }

    /** The kept connection to a manager. */
    RpcClient client(HostPort manager) {
        return link(manager).client;
    }

    /**
     * Something changed: reports go out within {@value #SOON_MS} ms, one for all changes of that time. From any thread.
     */
    void changed() {
        if (Vertx.currentContext() == context) {
            reportSoon();
        } else {
            context.runOnContext(ignored -> reportSoon());
        }
    }

    private void reportSoon() {
        if (isSoon || isClosed) {
            return;
        }
        isSoon = true;
        vertx.setTimer(SOON_MS, ignored -> {
            isSoon = false;
            reportNow();
        });
    }

    private void reportNow() {
        if (isClosed) {
            return;
        }
        if (isGathering) {
            isAgain = true;
            return;
        }
        isGathering = true;
        report.get().onComplete(done -> {
            isGathering = false;
            if (done.succeeded() && !isClosed) {
                links.values().forEach(link -> link.report(done.result()));
            }
            if (isAgain) {
                isAgain = false;
                reportSoon();
            }
        });
    }

    /** Asks the managers, one after the other, for a table newer than {@code version}; empty if none has one. */
    Future<Bytes> askTable(long version) {
        List<RpcClient> connected = links.values().stream()
                .map(link -> link.client)
                .filter(RpcClient::isConnected)
                .toList();
        return askNext(connected, 0, version);
    }

    private static Future<Bytes> askNext(List<RpcClient> managers, int index, long version) {
        if (index >= managers.size()) {
            return Future.succeededFuture(Bytes.EMPTY);
        }
        return managers.get(index)
                .call(new TableGet(version), CALL_TIMEOUT_MS)
                .transform(done -> done.succeeded() && !done.result().table().isEmpty()
                        ? Future.succeededFuture(done.result().table())
                        : askNext(managers, index + 1, version));
    }

    /** Managers that are connected now. From any thread. */
    long connectedCount() {
        return links.values().stream().filter(link -> link.client.isConnected()).count();
    }

    void close() {
        isClosed = true;
        vertx.cancelTimer(timer);
        links.values().forEach(link -> link.client.close());
    }

    /** One manager. */
    private final class Link implements ResultHandler<ServerReportResult> {
        private final RpcClient client;
        private boolean isWaiting;
        private boolean isOutdated;
        private String lastError = "";

        Link(RpcClient client) {
            this.client = client;
        }

        /** One report at a time: what changed meanwhile goes with the next one. */
        void report(ServerReport latest) {
            if (!client.isConnected()) {
                return;
            }
            if (isWaiting) {
                isOutdated = true;
                return;
            }
            isWaiting = true;
            client.call(latest, CALL_TIMEOUT_MS, this);
        }

        private void answered() {
            isWaiting = false;
            if (isOutdated) {
                isOutdated = false;
                reportSoon();
            }
        }

        @Override
        public void onResult(ServerReportResult result) {
            answered();
            lastError = "";
            if (result.tableVersion() > tables.version()) {
                client.call(new TableGet(tables.version()), CALL_TIMEOUT_MS).onSuccess(answer -> take(answer.table()));
            }
        }

        private void take(Bytes table) {
            try {
                if (!table.isEmpty()) {
                    tables.offer(TableCodec.decode(table));
                }
            } catch (KumoException e) {
                complain(String.valueOf(e.getMessage()));
            }
        }

        @Override
        public void onError(ErrorCode code, String text) {
            answered();
            complain(code + " " + text);
        }

        private void complain(String text) {
            if (!text.equals(lastError)) {
                lastError = text;
                LOG.warn("manager does not take reports manager={} error=\"{}\"", client.address(), text);
            }
        }
    }
}
