package io.kumo.sim;

import java.util.List;
import java.util.Random;

/**
 * What goes wrong between processes: splits, cuts of one or both directions, slow packets, managers that see wrongly.
 */
final class NetworkFaults {
    private final SimCluster cluster;
    private final SimTime time;
    private final Random random;
    private boolean isQuiet;

    NetworkFaults(SimCluster cluster) {
        this.cluster = cluster;
        this.time = cluster.time();
        this.random = time.random();
    }

    /** Everything reaches everybody, and nothing is cut until cuts are allowed again. */
    void mend() {
        isQuiet = true;
        cluster.network().mend();
        cluster.network().slow(0);
        cluster.group().trustAll();
    }

    void allowCuts() {
        isQuiet = false;
    }

    private void say(String what) {
        cluster.trace().say("*** " + what);
    }

    private long briefly() {
        return time.between(50 * SimTime.MS, 7 * SimTime.SECOND);
    }

    void split() {
        List<SimProcess> all = cluster.processes();
        List<SimProcess> one = all.stream().filter(each -> random.nextBoolean()).toList();
        say("split: " + one);
        for (SimProcess here : one) {
            all.stream().filter(there -> !one.contains(there)).forEach(there -> cutBoth(here, there));
        }
        mendLater();
    }

    void isolate(SimProcess process) {
        boolean fromSome = random.nextBoolean();
        say((fromSome ? "isolated from some: " : "isolated: ") + process);
        for (SimProcess other : cluster.processes()) {
            if (other != process && (!fromSome || random.nextBoolean())) {
                cutBoth(process, other);
            }
        }
        mendLater();
    }

    /** The managers lose a primary from sight, then its copies do; clients do not. */
    void depose(SimServer server) {
        say("deposed: " + server.process);
        long ns = time.between(2 * SimTime.SECOND, 6 * SimTime.SECOND);
        for (SimManager manager : cluster.managerList()) {
            cluster.group().doubt(manager, server.process, ns);
            cutBoth(server.process, manager.process);
        }
        cluster.network().breakSome(server.process);
        time.after(time.between(0, 600 * SimTime.MS), () -> {
            cluster.servers().stream()
                    .filter(other -> other != server)
                    .forEach(other -> cutBoth(server.process, other.process));
            mendLater();
        });
    }

    /** The managers lose it from sight, and it hears nothing of them. */
    void hideFromManagers(SimServer server) {
        for (SimManager manager : cluster.managerList()) {
            cluster.group().doubt(manager, server.process, time.between(2 * SimTime.SECOND, 4 * SimTime.SECOND));
            cutBoth(server.process, manager.process);
        }
    }

    void cut(SimProcess from, SimProcess to) {
        if (!isQuiet) {
            cluster.network().cut(from, to);
        }
    }

    void cutBoth(SimProcess one, SimProcess other) {
        cut(one, other);
        cut(other, one);
    }

    void cutOneWay(SimProcess from, SimProcess to) {
        if (from != to) {
            say("cut: " + from + " to " + to);
            cluster.network().cut(from, to);
            mendLater();
        }
    }

    private void mendLater() {
        time.after(briefly(), this::mendNow);
    }

    void mendNow() {
        say("network mended");
        cluster.network().mend();
    }

    void breakConnections(SimProcess process) {
        say("connections break at " + process);
        cluster.network().breakSome(process);
    }

    void slow() {
        say("slow network");
        cluster.network().slow(time.between(SimTime.MS, 400 * SimTime.MS));
        time.after(briefly(), () -> cluster.network().slow(0));
    }

    /** All managers but one take another one for dead. */
    void doubt(SimManager whom) {
        say("all doubt " + whom.process);
        long ns = briefly();
        for (SimManager manager : cluster.managerList()) {
            if (manager != whom && time.chance(0.8)) {
                cluster.group().doubt(manager, whom.process, ns);
            }
        }
    }

    void doubt(SimManager who, SimServer whom) {
        say(who.process + " doubts " + whom.process);
        cluster.group().doubt(who, whom.process, briefly());
    }
}
