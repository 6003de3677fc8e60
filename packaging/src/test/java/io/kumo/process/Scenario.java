package io.kumo.process;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * What goes wrong while clients read and write; at its end everything runs again. Those of kumofs's own regression
 * suite, and what it never dared. Clients may be told of an error only where a scenario excuses it.
 */
enum Scenario {
    SERVER_KILLED(Scenario::serverKilled),
    TWO_SERVERS_KILLED(Scenario::twoServersKilled),
    LEADER_KILLED(Scenario::leaderKilled),
    OTHER_MANAGER_KILLED(Scenario::otherManagerKilled),
    SERVER_THEN_LEADER_KILLED(play -> serverAndLeader(play, true)),
    LEADER_THEN_SERVER_KILLED(play -> serverAndLeader(play, false)),
    SERVER_AND_LEADER_KILLED_AT_ONCE(Scenario::serverAndLeaderAtOnce),
    EVERYTHING_KILLED(Scenario::everythingKilled),
    SERVER_PAUSED(Scenario::serverPaused),
    SERVER_PAUSED_FOR_A_LEASE(Scenario::serverPausedForALease),
    LEADER_PAUSED(Scenario::leaderPaused),
    GATEWAY_PAUSED(Scenario::gatewayPaused),
    GATEWAY_KILLED(Scenario::gatewayKilled),
    SERVERS_KILLED_IN_A_REBALANCE(Scenario::serversKilledInARebalance),
    SERVERS_RESTARTED_IN_TURN(Scenario::serversRestartedInTurn),
    MANAGERS_RESTARTED_IN_TURN(Scenario::managersRestartedInTurn),
    MANAGERS_RESTARTED_AFTER_A_PAUSE(Scenario::managersRestartedAfterAPause);

    /** Operations that show that clients go on. */
    private static final int SOME = 150;
    /** A rebalance begins with a new server, as long as there is not one for each of these. */
    private static final int MOST_SERVERS = 6;
    /** On a quiet machine it takes less than one second. */
    private static final long LONGEST_FAILOVER_MS = 3_000;
    /** A process that is stopped is silent first, which is borne for two seconds. */
    private static final long LONGEST_SILENCE_MS = 5_000;
    /** On a quiet machine it takes less than three seconds; it was ten. */
    private static final Duration LONGEST_WITHOUT_LEADER = Duration.ofSeconds(6);
    /** Longer than a lease, shorter than silence is borne. */
    private static final Duration A_LEASE = Duration.ofMillis(1_500);

    /** One scenario on one cluster, which a load wants to use; what is chosen, the random numbers choose. */
    record Play(ProcessCluster cluster, RecordedLoad load, Random random) {
        Daemon anyServer() {
            return cluster.server(random.nextInt(cluster.serverCount()));
        }

        List<Daemon> servers() {
            List<Daemon> servers = new ArrayList<>();
            for (int i = 0; i < cluster.serverCount(); i++) {
                servers.add(cluster.server(i));
            }
            return servers;
        }

        void goesOn() {
            load.awaitProgress(SOME);
        }

        /** Asks for an answer by the table that follows a death, and not of what was there before. */
        void awaitFault() {
            cluster.awaitStatus("a server is missed", status -> status.hasServerIn("fault"));
        }

        void startAll(List<Daemon> daemons) {
            daemons.forEach(Daemon::start);
            daemons.forEach(Daemon::awaitReady);
        }
    }

    @SuppressWarnings("ImmutableEnumChecker") // methods of this class
    private final Consumer<Play> steps;

    Scenario(Consumer<Play> steps) {
        this.steps = steps;
    }

    /** Carries it out, waits until the cluster is healthy, and checks all that clients were told. */
    void run(ProcessCluster cluster, int clientsEach, Random random) {
        try (RecordedLoad load = cluster.recordedLoad(clientsEach)) {
            load.forgetSlowest();
            steps.accept(new Play(cluster, load, random));
            cluster.awaitHealthy();
            load.awaitProgress(SOME);
            load.stopAndCheck();
            System.out.println(this + ": " + load.summary());
            load.assertNobodyWaitedFor(name().contains("PAUSED") ? LONGEST_SILENCE_MS : LONGEST_FAILOVER_MS);
        }
    }

    private static void serverKilled(Play play) {
        Daemon server = play.anyServer();
        server.kill();
        play.goesOn();
        play.awaitFault();
        server.start().awaitReady();
    }

    private static void twoServersKilled(Play play) {
        List<Daemon> servers = play.servers();
        Collections.shuffle(servers, play.random());
        List<Daemon> two = servers.subList(0, 2);
        Daemon.kill(two);
        play.goesOn();
        play.startAll(two);
    }

    private static void leaderKilled(Play play) {
        Daemon leader = play.cluster().leader();
        leader.kill();
        play.goesOn();
        leader.start().awaitReady();
    }

    private static void otherManagerKilled(Play play) {
        Daemon leader = play.cluster().leader();
        for (int i = 0; i < play.cluster().managerCount(); i++) {
            Daemon manager = play.cluster().manager(i);
            if (manager != leader) {
                manager.kill();
                play.goesOn();
                manager.start().awaitReady();
            }
        }
    }

    /** With one manager nobody can promote before it is back, which may take longer than clients wait. */
    private static void serverAndLeader(Play play, boolean serverFirst) {
        Daemon leader = play.cluster().leader();
        Daemon server = play.anyServer();
        excuseWithOneManager(play);
        (serverFirst ? server : leader).kill();
        (serverFirst ? leader : server).kill();
        afterServerAndLeader(play, serverFirst ? List.of(leader, server) : List.of(server, leader));
    }

    private static void serverAndLeaderAtOnce(Play play) {
        List<Daemon> both = List.of(play.cluster().leader(), play.anyServer());
        excuseWithOneManager(play);
        Daemon.kill(both);
        afterServerAndLeader(play, both);
    }

    private static void afterServerAndLeader(Play play, List<Daemon> killed) {
        if (play.cluster().managerCount() > 1) {
            play.goesOn();
        }
        play.startAll(killed);
        awaitAllServed(play);
    }

    private static void excuseWithOneManager(Play play) {
        if (play.cluster().managerCount() == 1) {
            play.load().excuseAll();
        }
    }

    private static void awaitAllServed(Play play) {
        play.cluster().awaitHealthy();
        play.load().awaitProgressEverywhere(SOME);
        play.load().excuseNobody();
    }

    private static void everythingKilled(Play play) {
        play.load().excuseAll();
        Daemon.kill(play.cluster().all());
        play.startAll(play.cluster().all());
        awaitAllServed(play);
    }

    private static void serverPaused(Play play) {
        Daemon server = play.anyServer();
        server.pause();
        play.awaitFault();
        play.goesOn();
        server.resume();
    }

    private static void serverPausedForALease(Play play) {
        Daemon server = play.anyServer();
        server.pause();
        await().pollDelay(A_LEASE).until(() -> true);
        server.resume();
        play.goesOn();
    }

    private static void leaderPaused(Play play) {
        Daemon leader = play.cluster().leader();
        leader.pause();
        play.goesOn();
        if (play.cluster().managerCount() > 1) {
            play.cluster().leader();
            play.goesOn();
        }
        leader.resume();
        play.goesOn();
    }

    /** Its own clients wait for it, and perhaps in vain; those of the others do not notice. */
    private static void gatewayPaused(Play play) {
        Daemon gateway = play.cluster().gateway(0);
        play.load().excuse(0);
        gateway.pause();
        play.load().awaitProgressAt(1, 2 * SOME);
        gateway.resume();
        play.load().awaitProgressAt(0, SOME);
        play.load().excuseNobody();
    }

    private static void gatewayKilled(Play play) {
        Daemon gateway = play.cluster().gateway(0);
        play.load().excuse(0);
        gateway.kill();
        play.load().awaitProgressAt(1, SOME);
        gateway.start().awaitReady();
        play.load().awaitProgressAt(0, SOME);
        play.load().excuseNobody();
    }

    /** A new server is attached, and two old ones die before it has its copies. */
    private static void serversKilledInARebalance(Play play) {
        ProcessCluster cluster = play.cluster();
        List<Daemon> old = play.servers();
        Collections.shuffle(old, play.random());
        if (cluster.serverCount() < MOST_SERVERS) {
            int before = cluster.serverCount();
            cluster.addServer().awaitReady();
            cluster.awaitStatus(
                    "the new server is known", status -> status.servers().size() > before);
            cluster.kumoctl("attach");
        } else {
            cluster.kumoctl("replace");
        }
        old.get(0).kill();
        play.goesOn();
        old.get(1).kill();
        play.goesOn();
        play.startAll(old.subList(0, 2));
    }

    private static void serversRestartedInTurn(Play play) {
        for (Daemon server : play.servers()) {
            server.stop();
            server.start().awaitReady();
            play.cluster().awaitHealthy();
        }
    }

    private static void managersRestartedInTurn(Play play) {
        for (int i = 0; i < play.cluster().managerCount(); i++) {
            play.cluster().manager(i).stop();
            play.cluster().manager(i).start().awaitReady();
            play.cluster().awaitHealthy();
        }
    }

    /** Both sides of the merge that takes the paused leader back go away in the middle of it. */
    private static void managersRestartedAfterAPause(Play play) {
        leaderPaused(play);
        managersRestartedInTurn(play);
        play.cluster().leaderWithin(LONGEST_WITHOUT_LEADER);
    }
}
