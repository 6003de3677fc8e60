package io.kumo.sim;

import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import java.util.List;
import java.util.Random;

/** What happens to processes, hosts and disks: death, power cuts, pauses, lost directories, damaged and slow disks. */
final class ProcessFaults {
    private final SimCluster cluster;
    private final SimTime time;
    private final Random random;
    /** The only one whose disk is ever damaged: the others have what it loses. */
    private final SimServer badDisk;

    ProcessFaults(SimCluster cluster) {
        this.cluster = cluster;
        this.time = cluster.time();
        this.random = time.random();
        this.badDisk = cluster.servers().get(random.nextInt(cluster.servers().size()));
    }

    private void say(String what) {
        cluster.trace().say("*** " + what);
    }

    private long briefly() {
        return time.between(50 * SimTime.MS, 7 * SimTime.SECOND);
    }

    /** Everything runs, and disks have room and are fast. */
    void healServers() {
        for (SimServer server : cluster.servers()) {
            resume(server.process);
            restart(server);
            server.shards().refuseWrites(false);
            server.disk().slow(1);
        }
    }

    void heal() {
        healServers();
        cluster.processes().forEach(process -> process.jumpWallClock(0));
        for (SimManager manager : cluster.managerList()) {
            resume(manager.process);
            restart(manager);
        }
        for (SimCluster.Clients clients : cluster.clients()) {
            resume(clients.gateway().process);
            restart(clients);
        }
    }

    // --- servers

    void crash(SimServer server, boolean withHost) {
        if (server.process.isUp()) {
            kill(server, withHost);
            time.after(briefly(), () -> restart(server));
        }
    }

    /** It dies, and is there again before anybody has noticed. */
    void restartAtOnce(SimServer server) {
        if (time.chance(0.7)) {
            restart(server, time.between(5 * SimTime.MS, 200 * SimTime.MS));
        }
    }

    /** It dies, and is there again so much later. */
    void restart(SimServer server, long afterNs) {
        if (server.process.isUp()) {
            kill(server, false);
            time.after(afterNs, () -> restart(server));
        }
    }

    private void kill(SimServer server, boolean withHost) {
        say((withHost ? "power cut of " : "crash of ") + server.process);
        server.process.kill();
        if (withHost) {
            server.disk().onPowerCut();
        } else {
            server.disk().onProcessDeath();
        }
        cluster.network().onDeath(server.process, withHost);
    }

    /** As after SIGTERM: it has a while to hand over what it serves. */
    void stop(SimServer server) {
        if (server.process.isUp()) {
            say("stop of " + server.process);
            server.process.run(server::prepareToStop);
            long life = server.process.life();
            time.after(time.between(0, 2 * SimTime.SECOND), () -> {
                if (server.process.life() == life) {
                    crash(server, false);
                }
            });
        }
    }

    void restart(SimServer server) {
        if (!server.process.isUp()) {
            say("start of " + server.process);
            server.start();
        }
    }

    void cutPowerOfAll() {
        cluster.servers().forEach(each -> crash(each, true));
        cluster.managerList().forEach(this::crash);
    }

    /** It dies, and finds a part of its log damaged when it is started again. */
    void damage() {
        SimServer server = badDisk;
        if (!server.process.isUp()) {
            return;
        }
        kill(server, random.nextBoolean());
        long life = server.process.life();
        time.after(time.between(7 * SimTime.SECOND, 10 * SimTime.SECOND), () -> {
            if (!server.process.isUp() && server.process.life() == life) {
                damage(server);
                restart(server);
            }
        });
        time.after(11 * SimTime.SECOND, () -> restart(server));
    }

    private void damage(SimServer server) {
        ClusterTable table = cluster.invariants().newest();
        for (Partition row : table == null ? List.<Partition>of() : table.partitions()) {
            boolean isOnlyCopy = row.inSync().size() == 1 && row.inSync().contains(server.id);
            if (!isOnlyCopy && time.chance(0.5) && server.disk().damage(row.id())) {
                say("damage to what " + server.process + " has of partition " + row.id());
                cluster.invariants().count("damaged entries");
            }
        }
    }

    void fill(SimServer server) {
        if (server.process.isUp()) {
            say("disk full: " + server.process);
            server.shards().refuseWrites(true);
            time.after(briefly(), () -> server.shards().refuseWrites(false));
        }
    }

    void slow(SimServer server) {
        say("slow disk: " + server.process);
        server.disk().slow(5 + random.nextInt(200));
        time.after(briefly(), () -> server.disk().slow(1));
    }

    void jumpWallClock(SimProcess process) {
        say("wall clock of " + process + " jumps");
        process.jumpWallClock((random.nextInt(9) - 4) * 3_600_000L);
    }

    // --- managers

    void crash(SimManager manager) {
        if (manager.process.isUp()) {
            say("crash of " + manager.process);
            manager.process.kill();
            cluster.network().onDeath(manager.process, time.chance(0.3));
            time.after(briefly(), () -> restart(manager));
        }
    }

    private void restart(SimManager manager) {
        if (!manager.process.isUp()) {
            say("start of " + manager.process);
            manager.start();
        }
    }

    /**
     * Not two at once: what both forgot, nobody knows. Two managers need servers that vote; who detaches them all at
     * the same time has to bring the directory back.
     */
    void lose(SimManager manager, boolean areServersDetached) {
        List<SimManager> others =
                cluster.managerList().stream().filter(other -> other != manager).toList();
        boolean canRecover = others.size() == 2 || (others.size() == 1 && !areServersDetached);
        if (canRecover && manager.process.isUp() && others.stream().allMatch(SimManager::isSound)) {
            say(manager.process + " loses its directory");
            crash(manager);
            manager.forget();
        }
    }

    /**
     * All directories of managers are lost, as the servers' are not: these are all there, and tell the new managers.
     */
    void loseAllManagers() {
        say("all managers lose their directories");
        healServers();
        for (SimManager manager : cluster.managerList()) {
            resume(manager.process);
            crash(manager);
            manager.forget();
        }
    }

    // --- gateways, pauses

    void crash(SimCluster.Clients clients) {
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

    void pause(SimProcess process) {
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
}
