package io.kumo.membership.runtime;

import io.kumo.membership.Member;
import io.kumo.membership.Membership;
import io.kumo.membership.MembershipView;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
 * The group on JGroups. Views are handed over on one Vert.x context; joining and leaving block a worker thread of its
 * own.
 */
public final class JGroupsMembership implements Membership {
    private static final Logger LOG = LoggerFactory.getLogger(JGroupsMembership.class);
    private static final String GROUP = "kumo";
    private static final long RETRY_MS = 1_000;
    private static final long PROBE_MS = 250;
    private static final long SETTLE_MS = 2_000;
    private static final long CLOSE_MS = 1_000;
    private static final long LONGEST_JOIN_SEC = 600;

    private final Context context;
    private final Vertx vertx;
    private final GroupOptions options;
    private final List<Consumer<MembershipView>> listeners = new ArrayList<>();
    private final WorkerExecutor worker;
    private volatile MembershipView view = MembershipView.NONE;
    private volatile boolean isClosed;
    private volatile boolean isToSettle;
    private volatile @Nullable JChannel channel;

    /** @param context where listeners are called */
    public JGroupsMembership(Context context, GroupOptions options) {
        this.context = context;
        this.vertx = context.owner();
        this.options = options;
        this.isToSettle = options.self() instanceof Member.ServerMember;
        this.worker = vertx.createSharedWorkerExecutor(
                "kumo-group-" + options.self().logicalName(), 1, LONGEST_JOIN_SEC, TimeUnit.SECONDS);
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
        return worker.<Void>executeBlocking(
                        () -> {
                            GroupStack.checkPort(options);
                            return null;
                        },
                        false)
                .onSuccess(checked -> join());
    }

    private void join() {
        if (isClosed) {
            return;
        }
        // The worker has one thread; "ordered" would hold up all that blocks in the caller's context, for seconds.
        worker.executeBlocking(
                        () -> {
                            if (!GroupStack.isAnyoneThere(options)) {
                                isToSettle = true;
                                return PROBE_MS;
                            }
                            if (isToSettle) {
                                isToSettle = false;
                                return SETTLE_MS; // the manager may have just begun: first it is to have its own group
                            }
                            connect();
                            return 0L;
                        },
                        false)
                .onSuccess(againMs -> {
                    if (againMs > 0) {
                        vertx.setTimer(againMs, timer -> join());
                    }
                })
                .onFailure(failure -> {
                    if (!isClosed) {
                        LOG.warn("could not join the group, trying again reason=\"{}\"", failure.toString());
                        vertx.setTimer(RETRY_MS, timer -> join());
                    }
                });
    }

    private void connect() throws Exception {
        if (isClosed) {
            return;
        }
        JChannel created = GroupStack.channel(options);
        channel = created;
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

    /** On a thread of JGroups, one view after the other. */
    private void onView(View accepted) {
        MembershipView next = new MembershipView(accepted.getMembers().stream()
                .map(GroupStack::member)
                .flatMap(Optional::stream)
                .distinct()
                .toList());
        if (isClosed || next.equals(view)) {
            return;
        }
        view = next;
        LOG.info("group has {} members, view={}", next.members().size(), accepted.getViewId());
        context.runOnContext(onLoop -> listeners.forEach(listener -> listener.accept(next)));
    }

    /** Leaves the group; bounded to one second. */
    public Future<Void> close() {
        isClosed = true;
        JChannel present = channel;
        Promise<Void> done = Promise.promise();
        if (present == null) {
            return worker.close();
        }
        long timer = vertx.setTimer(CLOSE_MS, late -> done.tryComplete());
        // Not the worker of this group: that one may be busy joining.
        vertx.executeBlocking(
                        () -> {
                            present.close();
                            return true;
                        },
                        false)
                .onComplete(closed -> {
                    vertx.cancelTimer(timer);
                    done.tryComplete();
                });
        return done.future().eventually(worker::close);
    }

    /** As a process that is killed: the sockets close, nobody is told. For tests. */
    void abandon() throws Exception {
        isClosed = true;
        JChannel present = channel;
        if (present != null) {
            Util.shutdown(present);
        }
    }
}
