package io.kumo.server.replica;

import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Supplier;

/** Time, the network and chance of one simulated run. */
final class SimWorld {
    private static final boolean TRACES_MESSAGES = Boolean.getBoolean("messages");

    static final long MS = 1_000_000;
    static final long SEC = 1000 * MS;

    private record Event(long atNs, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNs, other.atNs);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    final long seed;
    final Random random;
    final List<SimServer> servers = new ArrayList<>();
    final List<String> trace = new ArrayList<>();
    final SimInvariants invariants = new SimInvariants(this);
    final SimLeader leader;
    final List<SimClient> clients = new ArrayList<>();
    boolean isHealed;
    /** No suspicion and no moves before this: a power cut is all that may go wrong. */
    long quietUntilNs;

    long cutsEndNs;
    double lossRate;
    /** How often the log does not reach back to what a joiner wants. */
    final double goneRate;

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<Long, Long> lastDelivery = new HashMap<>();
    private final Map<Long, Long> cutUntil = new HashMap<>();
    private long nowNs = SEC;
    private long order;

    SimWorld(long seed, int serverCount) {
        this.seed = seed;
        this.random = new Random(seed);
        this.lossRate = random.nextInt(3) == 0 ? 0.02 : 0.001;
        this.goneRate = random.nextInt(3) == 0 ? 0.8 : 0.1;
        for (int i = 0; i < serverCount; i++) {
            servers.add(new SimServer(this, new ServerId(i + 1)));
        }
        this.leader = new SimLeader(this);
    }

    long nowNs() {
        return nowNs;
    }

    void trace(String line) {
        if (trace.size() > 20000) {
            trace.subList(0, 10000).clear();
        }
        trace.add(nowNs / 1e6 + " " + line);
    }

    /** Only if asked for: there are many. */
    void traceMessage(Supplier<String> line) {
        if (TRACES_MESSAGES) {
            trace(line.get());
        }
    }

    void at(long atNs, Runnable action) {
        events.add(new Event(Math.max(atNs, nowNs), order++, action));
    }

    void after(long delayNs, Runnable action) {
        at(nowNs + delayNs, action);
    }

    long between(long lowNs, long highNs) {
        return lowNs + (long) (random.nextDouble() * (highNs - lowNs));
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** Runs until that time. */
    void run(long untilNs) {
        while (!events.isEmpty() && events.peek().atNs <= untilNs) {
            Event event = events.remove();
            nowNs = event.atNs;
            event.action.run();
        }
        nowNs = untilNs;
    }

    SimServer server(ServerId id) {
        return servers.get((int) id.value() - 1);
    }

    /** Delivers in order on each directed link, or not at all. Node 0 is everybody who is no server. */
    void send(long from, long to, Runnable delivery) {
        long link = from * 1000 + to;
        if ((!isHealed && chance(lossRate)) || cutUntil.getOrDefault(link, 0L) > nowNs) {
            return;
        }
        long delay = chance(0.02) ? between(MS, 60 * MS) : between(MS / 20, 2 * MS);
        long at = Math.max(lastDelivery.getOrDefault(link, 0L) + 1, nowNs + delay);
        lastDelivery.put(link, at);
        at(at, delivery);
    }

    void cut(long from, long to, long untilNs) {
        cutUntil.put(from * 1000 + to, untilNs);
        cutsEndNs = Math.max(cutsEndNs, untilNs);
    }

    void heal() {
        isHealed = true;
        cutUntil.clear();
        for (SimServer server : servers) {
            server.wake();
            if (!server.isUp()) {
                server.start();
            }
            servers.forEach(peer -> peer.onPeerConnected(server.id));
        }
        List<ServerId> inSync = table().partition(0).inSync();
        if (inSync.size() == 1) {
            server(inSync.get(0)).store().undoDamage();
        } else if (servers.stream().allMatch(server -> server.store().damaged().isEmpty())) {
            server(inSync.get(random.nextInt(inSync.size()))).store().damage(random);
        }
        servers.forEach(SimServer::scrub);
    }

    ClusterTable table() {
        return leader.table();
    }
}
