package io.kumo.membership.runtime;

import io.kumo.membership.Member;
import io.kumo.membership.Membership;
import io.kumo.membership.MembershipView;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jgroups.JChannel;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.util.Util;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The group on JGroups. Views are handed over on one Vert.x context. Joining and leaving block threads of their own,
 * not Vert.x's: a join that goes on while all else has stopped has nobody to report to.
 */
public final class JGroupsMembership implements Membership {
    private static final Logger LOG = LoggerFactory.getLogger(JGroupsMembership.class);
    private static final String GROUP = "kumo";
    private static final long RETRY_MS = 1_000;
    private static final long PROBE_MS = 250;
    private static final long SETTLE_MS = 2_000;
    private static final long CLOSE_MS = 1_000;

    private final Context context;
    private final Vertx vertx;
    private final GroupOptions options;
    private final List<Consumer<MembershipView>> listeners = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile MembershipView view = MembershipView.NONE;
    private boolean isToSettle;
    private volatile @Nullable JChannel channel;

    /** @param context where listeners are called */
    public JGroupsMembership(Context context, GroupOptions options) {
        this.context = context;
        this.vertx = context.owner();
        this.options = options;
        this.isToSettle = options.self() instanceof Member.ServerMember;
    }

    @Override
    public MembershipView view() {
        return view;
    }

    @Override
    public void onChange(Consumer<MembershipView> listener) {
        listeners.add(listener);
    }

    /**
     * Checks that the port can be had, then joins in the background, for as long as it takes.
     *
     * @return fails with a KumoException whose text says what to do
     */
    public Future<Void> start() {
        Promise<Void> checked = Promise.promise();
        thread(() -> join(checked)).start();
        return checked.future();
    }

    private void join(Promise<Void> checked) {
        try {
            GroupStack.checkPort(options);
        } catch (RuntimeException e) {
            context.runOnContext(failed -> checked.fail(e));
            return;
        }
        context.runOnContext(done -> checked.complete());
        try {
            long againMs;
            do {
                againMs = joinOrWait();
            } while (againMs > 0 && !closed.await(againMs, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Joins, or says after how many milliseconds to come back; 0 once there is nothing more to do. */
    private long joinOrWait() {
        if (!GroupStack.isAnyoneThere(options)) {
            isToSettle = true;
            return PROBE_MS;
        }
        if (isToSettle) {
            isToSettle = false;
            return SETTLE_MS; // the manager may have just begun: first it is to have its own group
        }
        try {
            connect();
            return 0;
        } catch (Exception e) { // JGroups declares no other
            if (!isClosed()) {
                LOG.warn("could not join the group, trying again reason=\"{}\"", e.toString());
            }
            return RETRY_MS;
        }
    }

    private void connect() throws Exception {
        JChannel created = GroupStack.channel(options);
        channel = created;
        if (isClosed()) { // and may not have seen the channel
            created.close();
            return;
        }
        created.setReceiver(new Receiver() {
            @Override
            public void viewAccepted(View accepted) {
                onView(accepted);
            }
        });
        try {
            created.connect(GROUP);
        } catch (Exception e) {
            created.close();
            throw e;
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    /** On a thread of JGroups, one view after the other. */
    private void onView(View accepted) {
        MembershipView next = new MembershipView(accepted.getMembers().stream()
                .map(GroupStack::member)
                .flatMap(Optional::stream)
                .distinct()
                .toList());
        if (isClosed() || next.equals(view)) {
            return;
        }
        view = next;
        LOG.info("group has {} members, view={}", next.members().size(), accepted.getViewId());
        context.runOnContext(onLoop -> listeners.forEach(listener -> listener.accept(next)));
    }

    /**
     * Leaves the group. What takes longer than a second (a join under way, a coordinator that does not answer) goes on
     * without sockets: the port is free once this is done.
     */
    public Future<Void> close() {
        closed.countDown();
        JChannel present = channel;
        if (present == null) {
            return Future.succeededFuture();
        }
        Promise<Void> done = Promise.promise();
        long timer = vertx.setTimer(CLOSE_MS, late -> finish(() -> GroupStack.hangUp(present), done));
        finish(present::close, done);
        return done.future().onComplete(left -> vertx.cancelTimer(timer));
    }

    /** Not on the thread that joins: that one may be busy. */
    private void finish(Runnable closing, Promise<Void> done) {
        thread(() -> {
                    closing.run();
                    if (!done.future().isComplete()) {
                        context.runOnContext(left -> done.tryComplete());
                    }
                })
                .start();
    }

    private Thread thread(Runnable work) {
        Thread thread = new Thread(work, "kumo-group-" + options.self().logicalName());
        thread.setDaemon(true);
        return thread;
    }

    /** As a process that is killed: the sockets close, nobody is told. For tests. */
    void abandon() throws Exception {
        closed.countDown();
        JChannel present = channel;
        if (present != null) {
            Util.shutdown(present);
        }
    }
}
