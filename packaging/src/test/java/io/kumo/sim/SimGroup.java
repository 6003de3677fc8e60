package io.kumo.sim;

import io.kumo.membership.Member;
import io.kumo.membership.Member.ManagerMember;
import io.kumo.membership.Member.ServerMember;
import io.kumo.membership.MembershipView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The failure detector of every manager: late, and now and then wrong. */
final class SimGroup {
    private static final long LOOK_EVERY = 100 * SimTime.MS;
    private static final long CLOSED = 700 * SimTime.MS;
    private static final long SILENT = 3 * SimTime.SECOND;

    private final SimCluster cluster;
    private final Map<String, Long> seenNs = new HashMap<>();
    private final Map<String, Long> doubtedUntilNs = new HashMap<>();
    private final Map<SimManager, MembershipView> views = new HashMap<>();
    private final Map<SimProcess, Life> lives = new HashMap<>();
    private long joins;

    /** When a process joined, in its present life. */
    private record Life(long life, long order) {}

    SimGroup(SimCluster cluster) {
        this.cluster = cluster;
    }

    void start() {
        look();
    }

    /** That manager is wrong about that process for a while. */
    void doubt(SimManager who, SimProcess whom, long ns) {
        doubtedUntilNs.put(who.process.name + " " + whom.name, cluster.time().nowNs() + ns);
    }

    void trustAll() {
        doubtedUntilNs.clear();
    }

    private void look() {
        cluster.time().after(LOOK_EVERY, this::look);
        for (SimManager manager : cluster.managerList()) {
            if (manager.process.isRunning()) {
                look(manager);
            }
        }
    }

    private void look(SimManager manager) {
        Map<Long, Member> ordered = new java.util.TreeMap<>();
        for (SimManager other : cluster.managerList()) {
            if (other == manager || isSeen(manager, other.process)) {
                ordered.put(order(other.process), new ManagerMember(other.address));
            }
        }
        for (SimServer server : cluster.servers()) {
            if (isSeen(manager, server.process)) {
                ordered.put(order(server.process), new ServerMember(server.id, server.incarnation()));
            }
        }
        List<Member> members = new ArrayList<>(ordered.values());
        MembershipView view = new MembershipView(members);
        if (!view.equals(views.put(manager, view))) {
            cluster.trace().note(members.size(), manager.address.port(), () -> manager.process + " sees " + members);
        }
        manager.onView(view);
    }

    private long order(SimProcess process) {
        Life known = lives.get(process);
        if (known == null || known.life() != process.life()) {
            known = new Life(process.life(), ++joins);
            lives.put(process, known);
        }
        return known.order();
    }

    private boolean isSeen(SimManager manager, SimProcess process) {
        String pair = manager.process.name + " " + process.name;
        long now = cluster.time().nowNs();
        if (doubtedUntilNs.getOrDefault(pair, 0L) > now) {
            return false;
        }
        boolean isThere = process.isRunning() && !cluster.network().isCutEitherWay(manager.process, process);
        if (isThere) {
            seenNs.put(pair, now);
            return true;
        }
        long graceNs = process.isUp() ? SILENT : CLOSED;
        return seenNs.containsKey(pair) && now - seenNs.get(pair) < graceNs;
    }
}
