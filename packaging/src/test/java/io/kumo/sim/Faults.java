package io.kumo.sim;

import io.kumo.manager.leader.Command;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** What goes wrong in a run: some kinds of faults, chosen by the seed, one after the other. */
final class Faults {
    /** A kind of fault. */
    enum Fault {
        CRASH_SERVER,
        CRASH_PRIMARY,
        CRASH_MANAGER,
        LOSE_MANAGER,
        CRASH_GATEWAY,
        POWER_CUT,
        POWER_CUT_OF_ALL,
        PAUSE,
        PAUSE_PRIMARY,
        PARTITION,
        ISOLATE,
        ONE_WAY_CUT,
        DEPOSE,
        BREAK_CONNECTIONS,
        SLOW_NETWORK,
        ATTACH,
        DETACH,
        DOUBT_LEADER,
        DOUBT_SERVER,
        DISK_FULL,
        WALL_CLOCK
    }

    private final SimCluster cluster;
    private final SimTime time;
    private final Random random;
    private final List<Fault> kinds;
    private final long meanPauseNs;
    private boolean isOver;

    Faults(SimCluster cluster) {
        this.cluster = cluster;
        this.time = cluster.time();
        this.random = time.random();
        this.kinds = choose();
        this.meanPauseNs = time.between(200 * SimTime.MS, 3 * SimTime.SECOND);
    }

    /** Not every run has everything: rare meetings of two faults are less rare where there are no others. */
    private List<Fault> choose() {
        Set<Fault> chosen = EnumSet.noneOf(Fault.class);
        double share = 0.15 + 0.6 * random.nextDouble();
        for (Fault fault : Fault.values()) {
            if (time.chance(share)) {
                chosen.add(fault);
            }
        }
        return new ArrayList<>(chosen);
    }

    List<Fault> kinds() {
        return kinds;
    }

    void start() {
        if (!kinds.isEmpty()) {
            time.after(time.between(50 * SimTime.MS, 2 * meanPauseNs), this::next);
        }
    }

    /** From now on everything works. */
    void end() {
        isOver = true;
        cluster.network().mend();
        cluster.network().slow(0);
        cluster.group().trustAll();
        for (SimServer server : cluster.servers()) {
            resume(server.process);
            restart(server);
            server.shards().refuseWrites(false);
        }
        for (SimManager manager : cluster.managerList()) {
            resume(manager.process);
            restart(manager);
        }
        for (SimCluster.Clients clients : cluster.clients()) {
            resume(clients.gateway().process);
            restart(clients);
        }
    }

    private void next() {
        if (!isOver) {
            Fault fault = kinds.get(random.nextInt(kinds.size()));
            cluster.invariants().count(fault.name());
            happen(fault);
            time.after(time.between(10 * SimTime.MS, 2 * meanPauseNs), this::next);
        }
    }

    private void say(String what) {
        cluster.trace().say("*** " + what);
    }

    private long briefly() {
        return time.between(50 * SimTime.MS, 7 * SimTime.SECOND);
    }

    private void happen(Fault fault) {
        SimServer server = any(cluster.servers());
        SimManager manager = any(cluster.managerList());
        switch (fault) {
            case CRASH_SERVER -> crash(server, false);
            case CRASH_PRIMARY -> crash(primary(), false);
            case CRASH_MANAGER -> crash(manager);
            case LOSE_MANAGER -> lose(manager);
            case CRASH_GATEWAY -> crash(any(cluster.clients()));
            case POWER_CUT -> crash(server, true);
            case POWER_CUT_OF_ALL -> {
                if (time.chance(0.2)) {
                    cluster.servers().forEach(each -> crash(each, true));
                    cluster.managerList().forEach(this::crash);
                }
            }
            case PAUSE -> pause(any(processes()));
            case PAUSE_PRIMARY -> pause(primary().process);
            case PARTITION -> split();
            case ISOLATE -> isolate(time.chance(0.6) ? primary().process : any(processes()));
            case ONE_WAY_CUT -> cutOneWay(any(processes()), any(processes()));
            case DEPOSE -> depose(primary());
            case BREAK_CONNECTIONS -> {
                say("connections break at " + server.process);
                cluster.network().breakSome(server.process);
            }
            case SLOW_NETWORK -> slow();
            case ATTACH -> cluster.command(new Command.Attach(true, List.of()));
            case DETACH -> detach(server);
            case DOUBT_LEADER -> doubtLeader();
            case DOUBT_SERVER -> {
                say(manager.process + " doubts " + server.process);
                cluster.group().doubt(manager, server.process, briefly());
            }
            case DISK_FULL -> fill(server);
            case WALL_CLOCK -> {
                say("wall clock of " + server.process + " jumps");
                server.process.jumpWallClock((random.nextInt(9) - 4) * 3_600_000L);
            }
        }
    }

    private <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private List<SimProcess> processes() {
        List<SimProcess> all = new ArrayList<>();
        cluster.servers().forEach(server -> all.add(server.process));
        cluster.managerList().forEach(manager -> all.add(manager.process));
        cluster.clients().forEach(clients -> all.add(clients.gateway().process));
        return all;
    }

    private SimServer primary() {
        return cluster.invariants().newest() == null
                ? any(cluster.servers())
                : cluster.invariants()
                        .newest()
                        .partition(random.nextInt(cluster.partitionCount()))
                        .primary()
                        .map(cluster::server)
                        .orElse(cluster.servers().get(0));
    }

    // --- ends and starts

    private void crash(SimServer server, boolean withHost) {
        if (!server.process.isUp()) {
            return;
        }
        say((withHost ? "power cut of " : "crash of ") + server.process);
        server.process.kill();
        if (withHost) {
            server.disk().onPowerCut();
        } else {
            server.disk().onProcessDeath();
        }
        cluster.network().onDeath(server.process, withHost);
        time.after(briefly(), () -> restart(server));
    }

    private void restart(SimServer server) {
        if (!server.process.isUp()) {
            say("start of " + server.process);
            server.start();
        }
    }

    private void crash(SimManager manager) {
        if (manager.process.isUp()) {
            say("crash of " + manager.process);
            manager.process.kill();
            cluster.network().onDeath(manager.process, time.chance(0.3));
            time.after(briefly(), () -> restart(manager));
        }
    }

    /** Not two at once: what both forgot, nobody knows. */
    private void lose(SimManager manager) {
        List<SimManager> others =
                cluster.managerList().stream().filter(other -> other != manager).toList();
        // Two managers need servers that vote; who detaches them all at the same time has to bring the directory back.
        boolean canRecover = others.size() == 2 || (others.size() == 1 && !kinds.contains(Fault.DETACH));
        if (canRecover && manager.process.isUp() && others.stream().allMatch(SimManager::isSound)) {
            say(manager.process + " loses its directory");
            crash(manager);
            manager.forget();
        }
    }

    private void restart(SimManager manager) {
        if (!manager.process.isUp()) {
            say("start of " + manager.process);
            manager.start();
        }
    }

    private void crash(SimCluster.Clients clients) {
        SimProcess process = clients.gateway().process;
        if (process.isUp()) {
            say("crash of " + process);
            process.kill();
            clients.workload().onDeath();
            cluster.network().onDeath(process, false);
            time.after(briefly() / 4, () -> restart(clients));
        }
    }

    private void restart(SimCluster.Clients clients) {
        if (!clients.gateway().process.isUp()) {
            say("start of " + clients.gateway().process);
            clients.gateway().start();
            clients.workload().start(SimCluster.CLIENTS_PER_GATEWAY);
        }
    }

    private void pause(SimProcess process) {
        if (process.isRunning()) {
            say("pause of " + process);
            process.pause();
            time.after(briefly(), () -> resume(process));
        }
    }

    private void resume(SimProcess process) {
        if (process.isPaused()) {
            say(process + " goes on");
            process.resume();
        }
    }

    // --- the network

    private void split() {
        List<SimProcess> all = processes();
        List<SimProcess> one = all.stream().filter(each -> random.nextBoolean()).toList();
        say("split: " + one);
        for (SimProcess here : one) {
            all.stream().filter(there -> !one.contains(there)).forEach(there -> cutBoth(here, there));
        }
        mendLater();
    }

    private void isolate(SimProcess process) {
        boolean fromSome = random.nextBoolean();
        say((fromSome ? "isolated from some: " : "isolated: ") + process);
        for (SimProcess other : processes()) {
            if (other != process && (!fromSome || random.nextBoolean())) {
                cutBoth(process, other);
            }
        }
        mendLater();
    }

    /** The managers lose a primary from sight, then its copies do; clients do not. */
    private void depose(SimServer server) {
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

    private void cutBoth(SimProcess one, SimProcess other) {
        cluster.network().cut(one, other);
        cluster.network().cut(other, one);
    }

    private void cutOneWay(SimProcess from, SimProcess to) {
        if (from != to) {
            say("cut: " + from + " to " + to);
            cluster.network().cut(from, to);
            mendLater();
        }
    }

    private void mendLater() {
        time.after(briefly(), () -> {
            say("network mended");
            cluster.network().mend();
        });
    }

    private void slow() {
        say("slow network");
        cluster.network().slow(time.between(SimTime.MS, 400 * SimTime.MS));
        time.after(briefly(), () -> cluster.network().slow(0));
    }

    // --- the rest

    private void detach(SimServer server) {
        if (cluster.servers().size() > 3) {
            say("detach " + server.process);
            cluster.command(new Command.Detach(true, List.of(server.id.toString())));
            time.after(briefly(), () -> cluster.command(new Command.Attach(true, List.of())));
        }
    }

    private void doubtLeader() {
        SimManager first = any(cluster.managerList());
        say("all doubt " + first.process);
        long ns = briefly();
        for (SimManager manager : cluster.managerList()) {
            if (manager != first && time.chance(0.8)) {
                cluster.group().doubt(manager, first.process, ns);
            }
        }
    }

    private void fill(SimServer server) {
        if (server.process.isUp()) {
            say("disk full: " + server.process);
            server.shards().refuseWrites(true);
            time.after(briefly(), () -> server.shards().refuseWrites(false));
        }
    }
}
