package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.bus.runtime.MqttAccess;
import io.kumo.bus.runtime.TableHolder;
import io.kumo.bus.runtime.TableSubscriber;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.AuthMessages.MqttTicketGet;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.ControlMessages.TableResult;
import io.kumo.protocol.StatusMessages.Status;
import io.kumo.protocol.StatusMessages.StatusResult;
import io.kumo.rpc.runtime.RpcClient;
import io.kumo.table.ClusterTable;
import io.kumo.table.TableCodec;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the newest table: subscribes to it at every manager, and asks managers by RPC while there is none or operations
 * wait for a newer one.
 */
final class TableSource {
    private static final Logger LOG = LoggerFactory.getLogger(TableSource.class);
    private static final long CHECK_MS = 500;
    /** How old what stats says of the cluster may be. */
    private static final long FIGURES_MS = 5000;

    private static final long ASK_TIMEOUT_MS = 2000;
    /** How long after the start operations wait for the first table if no manager says that there is none. */
    private static final long EXPECT_MS = 3000;

    private final Vertx vertx;
    private final Gateway gateway;
    private final TableHolder tables;
    private final Context context;
    private final List<RpcClient> managers = new ArrayList<>();
    private final TableSubscriber subscriber;
    private long timer;
    private long figuresTimer;

    /** @param clientName for the managers' logs, unique in the cluster */
    TableSource(Vertx vertx, Gateway gateway, String clientName) {
        this.vertx = vertx;
        this.gateway = gateway;
        this.tables = gateway.tables();
        context = ((VertxInternal) vertx).createEventLoopContext();
        List<HostPort> mqtt = new ArrayList<>();
        Map<HostPort, RpcClient> byMqtt = new HashMap<>();
        for (HostPort address : gateway.options().managers()) {
            RpcClient manager = gateway.connect(context, address);
            managers.add(manager);
            byMqtt.put(TableSubscriber.mqttAddress(address), manager);
            mqtt.add(TableSubscriber.mqttAddress(address));
        }
        MqttAccess access = new MqttAccess(
                gateway.security(),
                at -> Objects.requireNonNull(byMqtt.get(at)).call(new MqttTicketGet(), ASK_TIMEOUT_MS));
        subscriber = new TableSubscriber(vertx, context, clientName, mqtt, tables, this::ask, access);
    }

    void start() {
        gateway.explainNoTable(this::whyNoTable);
        gateway.expectTable(true);
        vertx.setTimer(EXPECT_MS, id -> gateway.expectTable(false));
        subscriber.start();
        for (RpcClient manager : managers) {
            manager.onStateChange(connected -> {
                if (connected) {
                    refresh();
                    askForFigures();
                }
            });
        }
        timer = vertx.setPeriodic(CHECK_MS, id -> {
            if (isNothingServed() || gateway.stats().waiting() > 0) {
                refresh();
            }
        });
        figuresTimer = vertx.setPeriodic(0, FIGURES_MS, id -> {
            refresh(); // whatever became of the subscriptions
            askForFigures();
        });
        tables.listenInline(this::onTable);
    }

    /** Then operations are refused at once: none waits, for which a newer table would be asked for. */
    private boolean isNothingServed() {
        ClusterTable table = tables.orNull();
        return table == null || table.servers().isEmpty();
    }

    /** From any thread. */
    private String whyNoTable() {
        if (managers.stream().anyMatch(RpcClient::isConnected)) {
            return ErrorCode.NO_TABLE.text();
        }
        RpcClient first = managers.get(0);
        return "no partition table yet: no manager can be reached; " + first.address() + ": " + first.lastFailure();
    }

    /** Asks a manager how the cluster is, for stats. */
    private void askForFigures() {
        List<String> connectedNow = List.copyOf(connected());
        for (RpcClient manager : managers) {
            if (manager.isConnected()) {
                manager.<StatusResult>call(new Status(), ASK_TIMEOUT_MS)
                        .onSuccess(status -> gateway.setFigures(ClusterFigures.of(
                                status, connectedNow, gateway.clock().monotonicNs())));
                return;
            }
        }
    }

    private void onTable(ClusterTable table) {
        LOG.info(
                "table version={} servers={} managers={}",
                table.version(),
                table.servers().size(),
                table.managers());
    }

    private void refresh() {
        ask(tables.version()).onSuccess(bytes -> {
            if (bytes.isEmpty()) {
                gateway.expectTable(false);
            } else {
                try {
                    tables.offer(TableCodec.decode(bytes));
                } catch (KumoException e) {
                    LOG.warn("table refused reason={}", e.getMessage());
                }
            }
        });
    }

    /** The newest table that a connected manager has; empty if none has a newer one, fails if none answers. */
    private Future<Bytes> ask(long knownVersion) {
        List<Future<TableResult>> answers = new ArrayList<>();
        for (RpcClient manager : managers) {
            if (manager.isConnected()) {
                answers.add(manager.call(new TableGet(knownVersion), ASK_TIMEOUT_MS));
            }
        }
        if (answers.isEmpty()) {
            return Future.failedFuture(new KumoException(ErrorCode.NOT_CONNECTED, "no manager is connected"));
        }
        return Future.join(answers).transform(all -> {
            TableResult newest = new TableResult(0, Bytes.EMPTY);
            for (Future<TableResult> answer : answers) {
                if (answer.succeeded() && answer.result().version() > newest.version()) {
                    newest = answer.result();
                }
            }
            return answers.stream().anyMatch(Future::succeeded)
                    ? Future.succeededFuture(newest.table())
                    : answers.get(0).map(Bytes.EMPTY);
        });
    }

    /** Managers that are connected, for people. */
    Set<String> connected() {
        Set<String> names = new TreeSet<>();
        for (RpcClient manager : managers) {
            if (manager.isConnected()) {
                names.add(manager.address().toString());
            }
        }
        return names;
    }

    Future<Void> close() {
        vertx.cancelTimer(timer);
        vertx.cancelTimer(figuresTimer);
        managers.forEach(RpcClient::close);
        return subscriber.close();
    }
}
