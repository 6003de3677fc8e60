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
        LOSE_ALL_MANAGERS,
        CRASH_GATEWAY,
        POWER_CUT,
        POWER_CUT_OF_ALL,
        PAUSE,
        PAUSE_PRIMARY,
        PARTITION,
        ISOLATE,
        ONE_WAY_CUT,
        DEPOSE,
        LONELY_REIGN,
        LATE_PRIMARY,
        FORGETFUL_SUCCESSOR,
        BREAK_CONNECTIONS,
        SLOW_NETWORK,
        ATTACH,
        DETACH,
        DRAIN,
        STOP,
        PAUSE_MOVES,
        REPLACE,
        VERIFY,
        MEND,
        FORCE_PROMOTE,
        DOUBT_LEADER,
        DOUBT_SERVER,
        DISK_FULL,
        SLOW_DISK,
        DAMAGE,
        WALL_CLOCK,
        LEADER_IN_MID_STEP,
        SERVER_IN_MID_STEP
    }

    private static final long FOUNDING = 15 * SimTime.SECOND;
    private static final double STRIKES = 0.1;

    private final SimCluster cluster;
    private final SimTime time;
    private final Random random;
    private final List<Fault> kinds;
    private final NetworkFaults network;
    private final ProcessFaults processes;
    private final SuccessionFaults successions;
    private final long meanPauseNs;
    private boolean hasBegun;
    private boolean isOver;
    private long quietUntilNs;
    private long strikesFromNs;

    Faults(SimCluster cluster) {
        this.cluster = cluster;
        this.time = cluster.time();
        this.random = time.random();
        this.kinds = choose();
        this.network = new NetworkFaults(cluster);
        this.processes = new ProcessFaults(cluster);
        this.successions = new SuccessionFaults(cluster, network, processes);
        this.meanPauseNs = time.between(200 * SimTime.MS, 3 * SimTime.SECOND);
    }

    /** Not every run has everything: rare meetings of two faults are less rare where there are no others. */
    private List<Fault> choose() {
        Set<Fault> chosen = EnumSet.noneOf(Fault.class);
        double share = 0.15 + 0.6 * random.nextDouble();
        for (Fault fault : Fault.values()) {
            boolean isCatastrophe = fault == Fault.LOSE_ALL_MANAGERS || fault == Fault.FORCE_PROMOTE;
            if (time.chance(isCatastrophe ? share / 4 : share)) {
                chosen.add(fault);
            }
        }
        return new ArrayList<>(chosen);
    }

    List<Fault> kinds() {
        return kinds;
    }

    /** Whether wall clocks stay right. */
    boolean keepClocks() {
        return !kinds.contains(Fault.WALL_CLOCK);
    }

    void start() {
        hasBegun = true;
        cluster.onStep(this::atStep);
        if (!kinds.isEmpty()) {
            time.after(time.between(50 * SimTime.MS, 2 * meanPauseNs), this::next);
        }
    }

    /** From now on everything works. */
    void end() {
        isOver = true;
        successions.end();
        network.mend();
        processes.heal();
        for (int i = 1; i <= 4; i++) { // some may have to start first, and a command may get lost
            time.after(2L * i * SimTime.SECOND, () -> {
                cluster.command(new Command.SetPaused(false));
                attach(cluster.servers());
            });
        }
    }

    private void attach(List<SimServer> servers) {
        cluster.command(new Command.Attach(
                true, servers.stream().map(server -> server.id.toString()).toList()));
    }

    private boolean isQuiet() {
        return isOver || !hasBegun || time.nowNs() < quietUntilNs;
    }

    private void next() {
        if (!isOver) {
            if (!isQuiet()) {
                network.allowCuts();
                Fault fault = kinds.get(random.nextInt(kinds.size()));
                cluster.invariants().count(fault.name());
                happen(fault);
            }
            time.after(time.between(10 * SimTime.MS, 2 * meanPauseNs), this::next);
        }
    }

    private void happen(Fault fault) {
        SimServer server = any(cluster.servers());
        SimManager manager = any(cluster.managerList());
        switch (fault) {
            case CRASH_SERVER -> processes.crash(server, false);
            case CRASH_PRIMARY -> processes.crash(primary(), false);
            case CRASH_MANAGER -> processes.crash(manager);
            case LOSE_MANAGER -> processes.lose(manager, kinds.contains(Fault.DETACH));
            case LOSE_ALL_MANAGERS -> loseAllManagers();
            case CRASH_GATEWAY -> processes.crash(any(cluster.clients()));
            case POWER_CUT -> processes.crash(server, true);
            case POWER_CUT_OF_ALL -> {
                if (time.chance(0.2)) {
                    processes.cutPowerOfAll();
                }
            }
            case PAUSE -> processes.pause(any(cluster.processes()));
            case PAUSE_PRIMARY -> processes.pause(primary().process);
            case PARTITION -> network.split();
            case ISOLATE -> network.isolate(time.chance(0.6) ? primary().process : any(cluster.processes()));
            case ONE_WAY_CUT -> network.cutOneWay(any(cluster.processes()), any(cluster.processes()));
            case DEPOSE -> depose(primary());
            case LONELY_REIGN -> successions.lonelyReign();
            case LATE_PRIMARY -> successions.latePrimary();
            case FORGETFUL_SUCCESSOR -> successions.forgetfulSuccessor();
            case BREAK_CONNECTIONS -> network.breakConnections(server.process);
            case SLOW_NETWORK -> network.slow();
            case ATTACH -> cluster.command(new Command.Attach(true, List.of()));
            case DETACH -> detach(server);
            case DRAIN -> drain(server);
            case STOP -> processes.stop(server);
            case PAUSE_MOVES -> pauseMoves();
            case REPLACE -> cluster.command(new Command.Replace());
            case VERIFY -> new SimVerify(cluster, cluster.busyPartition()).expectEqual();
            case MEND -> new SimVerify(cluster, cluster.busyPartition()).mend(List.of());
            case FORCE_PROMOTE -> cluster.forcePromote();
            case DOUBT_LEADER -> network.doubt(manager);
            case DOUBT_SERVER -> network.doubt(manager, server);
            case DISK_FULL -> processes.fill(server);
            case SLOW_DISK -> processes.slow(server);
            case DAMAGE -> {
                if (time.chance(0.3)) {
                    processes.damage();
                }
            }
            case WALL_CLOCK -> processes.jumpWallClock(any(cluster.processes()));
            case LEADER_IN_MID_STEP, SERVER_IN_MID_STEP -> strikesFromNs = time.nowNs();
        }
    }

    /** Nothing else goes wrong until the new managers have learnt what there is. */
    private void loseAllManagers() {
        quietUntilNs = time.nowNs() + FOUNDING;
        network.mend();
        processes.loseAllManagers();
    }

    /** Sometimes the others have just forgotten what they granted it. */
    private void depose(SimServer server) {
        network.depose(server);
        if (time.chance(0.3)) {
            long afterNs = time.between(0, 3 * SimTime.SECOND);
            cluster.servers().stream()
                    .filter(other -> other != server)
                    .forEach(other -> time.after(afterNs, () -> processes.restartAtOnce(other)));
        }
    }

    private <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
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

    private void detach(SimServer server) {
        if (cluster.servers().size() > 3) {
            cluster.trace().say("*** detach " + server.process);
            cluster.command(new Command.Detach(true, List.of(server.id.toString())));
            attachLater(server);
        }
    }

    private void drain(SimServer server) {
        if (cluster.servers().size() > 3) {
            cluster.trace().say("*** drain " + server.process);
            cluster.command(new Command.Drain(List.of(server.id.toString())));
            attachLater(server);
        }
    }

    private void attachLater(SimServer server) {
        time.after(time.between(50 * SimTime.MS, 7 * SimTime.SECOND), () -> attach(List.of(server)));
    }

    private void pauseMoves() {
        cluster.command(new Command.SetPaused(true));
        time.after(
                time.between(50 * SimTime.MS, 4 * SimTime.SECOND), () -> cluster.command(new Command.SetPaused(false)));
    }

    // --- in the middle of a step

    /** A process is in the middle of something: now and then it, or the leader, is struck just there. */
    private void atStep(String step, SimProcess where) {
        if (isQuiet() || strikesFromNs == 0 || time.nowNs() < strikesFromNs || !time.chance(STRIKES)) {
            return;
        }
        strikesFromNs = 0; // until the fault is drawn again
        boolean atLeader = kinds.contains(Fault.LEADER_IN_MID_STEP)
                && (!kinds.contains(Fault.SERVER_IN_MID_STEP) || random.nextBoolean());
        time.after(time.between(0, 3 * SimTime.MS), () -> {
            if (!isQuiet()) {
                cluster.trace().say("*** at " + step + " of " + where);
                cluster.invariants().count("struck at " + step);
                if (atLeader) {
                    strikeLeader();
                } else {
                    cluster.servers().stream()
                            .filter(server -> server.process == where)
                            .forEach(this::strike);
                }
            }
        });
    }

    private void strikeLeader() {
        for (SimManager manager : cluster.managerList()) {
            if (manager.isLeader()) {
                switch (random.nextInt(3)) {
                    case 0 -> processes.crash(manager);
                    case 1 -> processes.pause(manager.process);
                    default -> network.doubt(manager);
                }
                return;
            }
        }
    }

    private void strike(SimServer server) {
        switch (random.nextInt(4)) {
            case 0 -> processes.crash(server, false);
            case 1 -> processes.crash(server, kinds.contains(Fault.POWER_CUT));
            case 2 -> processes.pause(server.process);
            default -> network.isolate(server.process);
        }
    }
}
