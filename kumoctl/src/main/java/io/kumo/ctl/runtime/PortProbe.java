package io.kumo.ctl.runtime;

import io.kumo.base.HostPort;
import io.kumo.ctl.Examination.Port;
import io.kumo.ctl.Examination.Reach;
import io.kumo.ctl.ServerFacts;
import io.kumo.node.runtime.Failures;
import io.kumo.protocol.Figure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Tries the ports of a process beside that of RPC: whether MQTT takes a connection, and what HTTP says of its health.
 */
final class PortProbe {
    private static final int CONNECT_MS = 2_000;
    private static final long ANSWER_MS = 3_000;
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "::1");
    private static final Set<String> EVERY = Set.of("0.0.0.0", "::");

    private final NetClient tcp;
    private final HttpClient http;

    PortProbe(Vertx vertx) {
        tcp = vertx.createNetClient(new NetClientOptions().setConnectTimeout(CONNECT_MS));
        http = vertx.createHttpClient(new HttpClientOptions().setConnectTimeout(CONNECT_MS));
    }

    /** Always succeeds; takes a few seconds at most. */
    Future<List<Port>> ports(HostPort node, ServerFacts facts) {
        List<Future<Port>> ports = new ArrayList<>();
        if (!facts.text(Figure.MQTT).isEmpty()) {
            ports.add(mqtt(HostPort.parse(facts.text(Figure.MQTT), 0)));
        }
        String admin = facts.text(Figure.HTTP);
        if (!admin.isEmpty() && !admin.equals("off")) {
            ports.add(http(node, HostPort.parse(admin, 0)));
        }
        return Future.join(ports).map(all -> ports.stream().map(Future::result).toList());
    }

    private Future<Port> mqtt(HostPort address) {
        return tcp.connect(address.port(), address.host())
                .compose(socket -> socket.close())
                .map(closed -> port("MQTT", address, Reach.REACHED, ""))
                .otherwise(failure -> port("MQTT", address, Reach.FAILED, Failures.reason(failure)));
    }

    private static Port port(String name, HostPort address, Reach reach, String failure) {
        return new Port(name, address.toString(), reach, failure);
    }

    private Future<Port> http(HostPort node, HostPort bound) {
        if (LOOPBACK.contains(bound.host()) && !LOOPBACK.contains(node.host())) {
            return Future.succeededFuture(port("HTTP", bound, Reach.NOT_TRIED, "it listens on that host's loopback"));
        }
        HostPort address = EVERY.contains(bound.host()) ? node.withPort(bound.port()) : bound;
        return http.request(HttpMethod.GET, address.port(), address.host(), "/health")
                .compose(HttpClientRequest::send)
                .compose(response -> response.body().map(body -> {
                    boolean isWell = response.statusCode() == 200;
                    String state = response.statusCode() + " " + stateIn(body.toString());
                    return port("HTTP", address, isWell ? Reach.REACHED : Reach.FAILED, isWell ? "" : state);
                }))
                .timeout(ANSWER_MS, TimeUnit.MILLISECONDS)
                .otherwise(failure -> port("HTTP", address, Reach.FAILED, Failures.reason(failure)));
    }

    private static String stateIn(String body) {
        try {
            return new JsonObject(body).getString("state", "");
        } catch (DecodeException | ClassCastException e) {
            return "";
        }
    }
}
