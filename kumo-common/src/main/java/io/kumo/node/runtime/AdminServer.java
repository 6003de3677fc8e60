package io.kumo.node.runtime;

import io.kumo.base.HostPort;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.function.Supplier;

/** HTTP for operators: {@code /metrics} for Prometheus, {@code /health}, and pages that a daemon adds. */
public final class AdminServer {
    public AdminServer(Vertx vertx, Metrics metrics, Supplier<Health> health) {}

    /** Adds a page; before {@link #listen}. */
    public AdminServer page(String path, String contentType, Supplier<String> content) {
        throw new UnsupportedOperationException();
    }

    /**
     * Listens.
     *
     * @param asked whether the operator asked for this address: only then a port that is taken is a failure
     * @return the address; empty if the port was taken and nobody asked for it
     */
    public Future<Optional<HostPort>> listen(HostPort address, boolean asked) {
        throw new UnsupportedOperationException();
    }

    public Future<Void> close() {
        throw new UnsupportedOperationException();
    }
}
