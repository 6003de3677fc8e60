package io.kumo.server.replica;

import io.kumo.table.Partition;
import io.kumo.table.ServerId;

/** What goes wrong, by chance: crashes, power cuts, pauses, cut links. */
final class SimFaults {
    private final SimWorld world;
    private boolean powerCut;

    SimFaults(SimWorld world) {
        this.world = world;
    }

    void next() {
        if (world.isHealed) {
            return;
        }
        if (world.nowNs() >= world.quietUntilNs) {
            SimServer victim = victim();
            int dice = world.random.nextInt(100);
            if (dice < 30) {
                crash(victim, false);
            } else if (dice < 38) {
                if (mayCutPower(victim)) {
                    crash(victim, true);
                    world.quietUntilNs = world.nowNs() + 5 * SimWorld.SEC;
                }
            } else if (dice < 44) {
                damage(victim);
            } else if (dice < 65) {
                if (victim.isUp() && !victim.isPaused()) {
                    victim.pause(world.between(50 * SimWorld.MS, 3 * SimWorld.SEC));
                }
            } else {
                cut(victim);
            }
        }
        world.after(world.between(100 * SimWorld.MS, 1500 * SimWorld.MS), this::next);
    }

    /** One record, of a copy that others can mend. */
    private void damage(SimServer victim) {
        boolean isMendable = world.servers.stream()
                .allMatch(server -> server == victim || server.store().damaged().isEmpty());
        if (isMendable && world.table().partition(0).inSync().size() > 1) {
            victim.store().damage(world.random);
            world.trace(victim.id + " has a damaged record");
        }
    }

    private SimServer victim() {
        ServerId primary = world.table().partition(0).inSync().get(0);
        return world.chance(0.4)
                ? world.server(primary)
                : world.servers.get(world.random.nextInt(world.servers.size()));
    }

    private void crash(SimServer victim, boolean power) {
        if (!victim.isUp()) {
            return;
        }
        victim.crash(power);
        world.after(world.between(300 * SimWorld.MS, 4 * SimWorld.SEC), () -> {
            if (!victim.isUp()) {
                victim.start();
                for (SimServer peer : world.servers) {
                    world.after(world.between(0, 100 * SimWorld.MS), () -> peer.onPeerConnected(victim.id));
                }
            }
        });
    }

    /** A power cut takes what was not fsynced: nothing is lost as long as all others in sync keep what they have. */
    private boolean mayCutPower(SimServer victim) {
        if (powerCut || world.nowNs() < world.cutsEndNs + SimWorld.SEC) {
            return false;
        }
        Partition row = world.table().partition(0);
        if (row.inSync().size() < 2) {
            return !row.inSync().contains(victim.id);
        }
        for (ServerId id : row.inSync()) {
            SimServer copy = world.server(id);
            if (!copy.isUp()
                    || copy.isPaused()
                    || world.table().server(id).orElseThrow().incarnation() != copy.incarnation) {
                return false;
            }
        }
        powerCut = true;
        return true;
    }

    private void cut(SimServer victim) {
        long until = world.nowNs() + world.between(100 * SimWorld.MS, 3 * SimWorld.SEC);
        boolean leaderToo = world.chance(0.5);
        boolean oneWay = world.chance(0.3);
        world.trace("cut " + victim.id + (leaderToo ? " from all" : " from servers") + (oneWay ? " one way" : ""));
        for (SimServer peer : world.servers) {
            if (peer != victim && world.chance(0.8)) {
                world.cut(victim.id.value(), peer.id.value(), until);
                if (!oneWay) {
                    world.cut(peer.id.value(), victim.id.value(), until);
                }
            }
        }
        if (leaderToo) {
            world.cut(victim.id.value(), 0, until);
            world.cut(0, victim.id.value(), until);
        }
    }
}
