package io.kumo.node.runtime;

import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP for operators: {@code /metrics} for Prometheus, {@code /health}, and pages that a daemon adds. It only tells,
 * and takes so many connections.
 */
public final class AdminServer {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final String PLAIN = "text/plain; charset=utf-8";
    private static final String JSON = "application/json";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private static final int MAX_CONNECTIONS = 256;
    private static final int IDLE_S = 60;
    /** A browser takes an answer for what it says it is, and keeps none. */
    private static final Map<String, String> HEADERS =
            Map.of("X-Content-Type-Options", "nosniff", "Cache-Control", "no-store");

    /** A page: what it is, headers of its own, and who makes it. */
    private record Page(String contentType, Map<String, String> headers, Supplier<String> content) {}

    private final Vertx vertx;
    private final Supplier<Health> health;
    private final Map<String, Page> pages = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile Optional<HostPort> listening = Optional.empty();

    /** @param health called on an event loop */
    public AdminServer(Vertx vertx, Metrics metrics, Supplier<Health> health) {
        this.vertx = vertx;
        this.health = health;
        page("/metrics", PROMETHEUS, metrics::scrape);
    }

    /** Adds a page, made anew on a worker thread for each request. */
    public AdminServer page(String path, String contentType, Supplier<String> content) {
        return page(path, contentType, Map.of(), content);
    }

    /** The same, with further headers in its answers. */
    public AdminServer page(String path, String contentType, Map<String, String> headers, Supplier<String> content) {
        pages.put(path, new Page(contentType, headers, content));
        return this;
    }

    /**
     * Listens.
     *
     * @param asked whether the operator asked for this address: only then a port that is taken is a failure
     * @return the address; empty if the port was taken and nobody asked for it
     */
    public Future<Optional<HostPort>> listen(HostPort address, boolean asked) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(address.host())
                .setPort(address.port())
                .setIdleTimeout(IDLE_S);
        HttpServer server =
                vertx.createHttpServer(options).connectionHandler(this::accept).requestHandler(this::answer);
        return server.listen()
                .map(bound -> {
                    listening = Optional.of(address.withPort(bound.actualPort()));
                    return listening;
                })
                .recover(failure -> {
                    String what = "HTTP cannot listen on " + address + ": " + Failures.reason(failure);
                    if (asked) {
                        return Future.failedFuture(
                                new KumoException(ErrorCode.REFUSED, what + " (see --http)", failure));
                    }
                    LOG.warn("{}; it is off", what);
                    return Future.succeededFuture(Optional.empty());
                });
    }

    /** Where it listens; empty if it does not. */
    public Optional<HostPort> address() {
        return listening;
    }

    private void accept(HttpConnection connection) {
        boolean isOneTooMany = connections.incrementAndGet() > MAX_CONNECTIONS;
        connection.closeHandler(ignored -> connections.decrementAndGet());
        if (isOneTooMany) {
            connection.close();
        }
    }

    private void answer(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        String method = request.method().name();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            send(response, 405, PLAIN, "GET only\n");
            return;
        }
        if (request.path().equals("/health")) {
            Health now = health.get();
            send(response, now.ok() ? 200 : 503, JSON, json(now));
            return;
        }
        Page page = pages.get(request.path());
        if (page == null) {
            send(response, 404, PLAIN, "There are: /health " + String.join(" ", new TreeMap<>(pages).keySet()) + "\n");
            return;
        }
        Callable<String> work = page.content()::get;
        vertx.executeBlocking(work, false)
                .onComplete(
                        content -> {
                            page.headers().forEach(response::putHeader);
                            send(response, 200, page.contentType(), content);
                        },
                        failure -> send(response, 500, PLAIN, Failures.reason(failure) + "\n"));
    }

    private static void send(HttpServerResponse response, int status, String contentType, String content) {
        if (!response.closed()) {
            HEADERS.forEach(response::putHeader);
            response.setStatusCode(status)
                    .putHeader("Content-Type", contentType)
                    .end(content);
        }
    }

    private static String json(Health health) {
        StringBuilder out = new StringBuilder("{\"ok\":").append(health.ok());
        out.append(",\"state\":").append(quoted(health.state()));
        new TreeMap<>(health.details())
                .forEach((name, value) ->
                        out.append(',').append(quoted(name)).append(':').append(quoted(value)));
        return out.append("}\n").toString();
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                out.append('\\').append((char) c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", c));
            } else {
                out.append((char) c);
            }
        });
        return out.append('"').toString();
    }
}
