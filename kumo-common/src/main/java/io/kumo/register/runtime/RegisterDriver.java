package io.kumo.register.runtime;

import io.kumo.bus.runtime.TableHolder;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.rpc.runtime.RpcConnection;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.table.ClusterTable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;

/**
 * Runs a voter on RPC and on its file, for managers and servers alike; for managers the proposer too. Lives on one
 * Vert.x context; its methods may be called from any thread.
 */
public final class RegisterDriver {
    private RegisterDriver() {}

    /**
     * Reads the file, hands what it says is committed to {@code holder}, and from then on offers to the holder every
     * committed table that it hears of, and takes every one that the holder gets from elsewhere.
     *
     * @return fails with a KumoException for a file that is damaged or of a newer format
     */
    public static Future<RegisterDriver> open(
            Vertx vertx, Context context, RegisterOptions options, TableHolder holder, RegisterPeers peers) {
        return Future.failedFuture(new UnsupportedOperationException());
    }

    /** Takes the register's calls (Prepare, Accept, Committed, Learn) and TableGet. */
    public void serve(RpcHandlers handlers) {}

    /** The newest table that is known to be decided. */
    public Optional<ClusterTable> committed() {
        return Optional.empty();
    }

    /**
     * Managers: proposes what follows the newest committed table; one at a time, others fail with OVERLOADED. Once it
     * is decided, tells all managers and servers.
     *
     * @param next one version more than {@link #committed}
     * @return the table that was decided: {@code next}, or another manager's; fails with a KumoException: TIMED_OUT
     *     where it may be decided later, NOT_DONE ones where it was not sent
     */
    public Future<ClusterTable> propose(ClusterTable next) {
        return Future.failedFuture(new UnsupportedOperationException());
    }

    /**
     * Managers: founds the cluster if all configured managers answer, none has a table, and no server that reported
     * belongs to a cluster. If there is a cluster already, completes with its table.
     *
     * @param birth version 1, with exactly the configured managers
     * @return fails with REFUSED and a text that says what is in the way
     */
    public Future<ClusterTable> found(ClusterTable birth) {
        return Future.failedFuture(new UnsupportedOperationException());
    }

    /**
     * Managers: to be called for every ServerReport, on the connection's loop. Fetches the server's table if it is
     * newer; after the loss of all managers, the newest of most servers is what new managers start from.
     */
    public void onServerReport(ServerReport report, RpcConnection from) {}

    /**
     * Whether a manager that lost its directory waits for a version that is decided without it: the leader then
     * proposes the same table as a next version.
     */
    public boolean isVersionWanted() {
        return false;
    }

    /** Ends what it does by itself. The file needs no closing. */
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
