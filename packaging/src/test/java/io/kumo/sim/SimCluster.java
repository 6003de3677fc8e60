package io.kumo.sim;

import io.kumo.base.HostPort;
import io.kumo.gateway.route.RetryPolicy;
import io.kumo.manager.leader.Command;
import io.kumo.manager.leader.Leader;
import io.kumo.manager.leader.LeaderOptions;
import io.kumo.server.replica.ReplicaSettings;
import io.kumo.server.store.SyncMode;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;

/** A whole kumo in one thread: managers, servers, gateways and their clients, all of it made from one seed. */
final class SimCluster {
    static final int CLIENTS_PER_GATEWAY = 3;
    private static final int MANAGER_PORT = 19700;
    private static final int SERVER_PORT = 19800;

    private final Trace trace;
    private final SimTime time;
    private final SimNetwork network;
    private final SimGroup group;
    private final Invariants invariants;
    private final List<HostPort> managers = new ArrayList<>();
    private final List<SimManager> managerList = new ArrayList<>();
    private final List<SimServer> servers = new ArrayList<>();
    private final List<Clients> clients = new ArrayList<>();
    private final int partitionCount;
    private final int replicas;
    private final int shardCount;
    private final SyncMode sync;
    private final long dirtyBytes;
    private final double checkpointChance;
    private final int readBytes;
    private final int scanRecords;
    private final int minCopies;
    private final long copyRate;
    private final long copiedAtATime;
    private final ReplicaSettings settings;
    private final Workload.Habits habits;
    private BiConsumer<String, SimProcess> stepListener = (what, where) -> {};

    /** A gateway and who uses it. */
    record Clients(SimGateway gateway, Workload workload) {}

    SimCluster(long seed, Trace trace) {
        this.trace = trace;
        this.time = new SimTime(seed, trace);
        this.network = new SimNetwork(time);
        this.group = new SimGroup(this);
        this.invariants = new Invariants(this);
        Random random = time.random();
        this.partitionCount = 4 << random.nextInt(3);
        this.replicas = time.chance(0.7) ? 3 : 2;
        this.shardCount = 1 + random.nextInt(2);
        this.sync = time.chance(0.6) ? SyncMode.ALWAYS : SyncMode.INTERVAL;
        this.dirtyBytes = 4_000 + time.between(0, 200_000);
        this.checkpointChance = time.chance(0.3) ? 0.2 : 0.01;
        this.readBytes = 400 + random.nextInt(4_000);
        this.scanRecords = 1 + random.nextInt(8);
        this.minCopies = replicas == 3 && time.chance(0.15) ? 2 : 1;
        this.settings = settings(random, minCopies);
        this.copiedAtATime = 50L + random.nextInt(2_000);
        this.copyRate = time.chance(0.4) ? 2_000 + random.nextInt(20_000) : 0;
        int managerCount = 1 + random.nextInt(3);
        int serverCount = 3 + random.nextInt(3);
        for (int i = 0; i < managerCount; i++) {
            managers.add(new HostPort("m" + i, MANAGER_PORT + i));
        }
        Leader leader = new Leader(leaderOptions());
        for (HostPort address : managers) {
            managerList.add(new SimManager(this, new SimProcess(address.host(), time), address, leader));
        }
        for (int i = 0; i < serverCount; i++) {
            HostPort address = new HostPort("s" + (i + 1), SERVER_PORT);
            SimDisk disk = new SimDisk(time, sync, time.chance(0.5) ? 48 : 4_000);
            servers.add(new SimServer(this, new SimProcess(address.host(), time), new ServerId(i + 1), address, disk));
        }
        this.habits = Workload.Habits.choose(time, partitionCount);
        for (int i = 0; i < 2; i++) {
            SimGateway gateway =
                    new SimGateway(this, new SimProcess("g" + i, time), RetryPolicy.within(5_000), time.chance(0.4));
            clients.add(new Clients(gateway, new Workload(this, gateway, habits)));
        }
    }

    private LeaderOptions leaderOptions() {
        return new LeaderOptions(
                3_000,
                0,
                500,
                1_000,
                1 + time.random().nextInt(8),
                1 + time.random().nextInt(8));
    }

    private static ReplicaSettings settings(Random random, int minCopies) {
        return new ReplicaSettings(
                minCopies,
                1 << 20,
                64 + random.nextInt(512),
                1 << 20,
                1_024,
                300 + random.nextInt(3_000),
                1_000 + random.nextInt(10_000),
                200 * SimTime.MS,
                1_000 * SimTime.MS,
                (500 + random.nextInt(4_000)) * SimTime.MS,
                40 * SimTime.SECOND);
    }

    void start() {
        managerList.forEach(SimManager::start);
        servers.forEach(SimServer::start);
        group.start();
        clients.forEach(each -> {
            each.gateway().start();
            each.workload().start(CLIENTS_PER_GATEWAY);
        });
        command(new Command.Attach(true, List.of()));
    }

    /** An operator types a command; it is typed again until a manager leads. */
    void command(Command command) {
        List<SimManager> leaders = managerList.stream()
                .filter(manager -> manager.isLeader() && invariants.newest() != null)
                .toList();
        if (leaders.isEmpty() || servers.isEmpty()) {
            time.after(200 * SimTime.MS, () -> command(command));
        } else {
            trace.say("operator: " + command);
            leaders.forEach(manager -> manager.command(command));
        }
    }

    /** An operator gives up what he can't wait for. */
    void forcePromote() {
        invariants.allowLoss();
        command(new Command.ForcePromote(List.of()));
    }

    ClusterTable birth() {
        return ClusterTable.birth("c0ffee", replicas, partitionCount, managers);
    }

    /** Runs until that time. */
    void runUntil(long ns) {
        while (time.nowNs() < ns && time.step()) {
            // each step is one event
        }
    }

    Trace trace() {
        return trace;
    }

    SimTime time() {
        return time;
    }

    SimNetwork network() {
        return network;
    }

    SimGroup group() {
        return group;
    }

    Invariants invariants() {
        return invariants;
    }

    List<HostPort> managers() {
        return managers;
    }

    List<SimManager> managerList() {
        return managerList;
    }

    List<SimServer> servers() {
        return servers;
    }

    SimServer server(ServerId id) {
        return servers.get((int) id.value() - 1);
    }

    /** Servers, managers, gateways. */
    List<SimProcess> processes() {
        List<SimProcess> all = new ArrayList<>();
        servers.forEach(server -> all.add(server.process));
        managerList.forEach(manager -> all.add(manager.process));
        clients.forEach(each -> all.add(each.gateway().process));
        return all;
    }

    /** Who is told of steps from now on. */
    void onStep(BiConsumer<String, SimProcess> listener) {
        stepListener = listener;
    }

    /** A process is in the middle of something where a fault hurts most. */
    void step(String what, SimProcess where) {
        stepListener.accept(what, where);
    }

    List<Clients> clients() {
        return clients;
    }

    int partitionCount() {
        return partitionCount;
    }

    /** One that clients write to. */
    int busyPartition() {
        return habits.partitions(partitionCount)
                .get(time.random().nextInt(habits.keys().size()));
    }

    int shardCount() {
        return shardCount;
    }

    SyncMode sync() {
        return sync;
    }

    ReplicaSettings replicaSettings() {
        return settings;
    }

    long dirtyBytes() {
        return dirtyBytes;
    }

    double checkpointChance() {
        return checkpointChance;
    }

    int readBytes() {
        return readBytes;
    }

    int scanRecords() {
        return scanRecords;
    }

    int minCopies() {
        return minCopies;
    }

    /** Bytes per second of all copies that a server sends; 0 for no bound. */
    long copyRate() {
        return copyRate;
    }

    /** Bytes of copies that a joiner has not answered. */
    long copiedAtATime() {
        return copiedAtATime;
    }

    @Override
    public String toString() {
        return managers.size() + " managers, " + servers.size() + " servers, " + partitionCount + " partitions, "
                + replicas + " copies, " + shardCount + " event loops, sync " + sync
                + (minCopies > 1 ? ", at least " + minCopies + " copies" : "");
    }
}
