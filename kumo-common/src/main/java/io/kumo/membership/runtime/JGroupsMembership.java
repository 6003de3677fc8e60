package io.kumo.membership.runtime;

import io.kumo.membership.Membership;
import io.kumo.membership.MembershipView;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.function.Consumer;

/** The group on JGroups. Views are handed over on one Vert.x context. */
public final class JGroupsMembership implements Membership {
    private volatile MembershipView view = MembershipView.NONE;

    /** @param context where listeners are called */
    public JGroupsMembership(Context context, GroupOptions options) {}

    @Override
    public MembershipView view() {
        return view;
    }

    @Override
    public void onChange(Consumer<MembershipView> listener) {}

    /**
     * Binds the port, then joins in the background, for as long as it takes.
     *
     * @return completes once the port is bound; fails with a KumoException whose text says what to do
     */
    public Future<Void> start() {
        return Future.succeededFuture();
    }

    /** Leaves the group; bounded to one second. */
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
