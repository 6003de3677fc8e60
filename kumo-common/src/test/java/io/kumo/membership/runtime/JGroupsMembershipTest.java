package io.kumo.membership.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.error.KumoException;
import io.kumo.membership.Member;
import io.kumo.membership.Member.ManagerMember;
import io.kumo.membership.Member.ServerMember;
import io.kumo.membership.MembershipView;
import io.kumo.security.runtime.NodeSecurity;
import io.kumo.table.ServerId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class JGroupsMembershipTest extends GroupCase {
    /** Groups that began apart find each other in rounds; on a busy machine that takes some. */
    private static final Duration SOON = Duration.ofSeconds(60);

    private static Member manager(HostPort group) {
        return new ManagerMember(group);
    }

    private static Member server(int i) {
        return new ServerMember(new ServerId(i), i);
    }

    private JGroupsMembership start(Member self, HostPort bind, List<HostPort> managers) throws Exception {
        return start(new GroupOptions(self, bind, managers));
    }

    private JGroupsMembership startServer(int i, List<HostPort> managers) throws Exception {
        return start(server(i), new HostPort("127.0.0.1", 0), managers);
    }

    private static void awaitMembers(JGroupsMembership membership, Member... members) {
        await().atMost(SOON)
                .until(() -> membership.view().members().size() == members.length
                        && membership.view().members().containsAll(List.of(members)));
    }

    @Test
    void membersOfTwoClustersDoNotMerge() throws Exception {
        HostPort one = freeAddress();
        HostPort two = freeAddress();
        List<HostPort> both = List.of(one, two);
        JGroupsMembership first = startOf(() -> "c1", manager(one), one, both);
        awaitMembers(first, manager(one));
        AtomicReference<String> stranger = new AtomicReference<>("c2");
        JGroupsMembership second = startOf(stranger::get, manager(two), two, both);
        JGroupsMembership server = startOf(() -> "c1", server(1), new HostPort("127.0.0.1", 0), both);
        awaitMembers(first, manager(one), server(1));
        awaitMembers(server, manager(one), server(1));
        assertTrue(second.view().members().stream().allMatch(manager(two)::equals), "it stays by itself");
        stranger.set("");
        awaitMembers(second, manager(one), manager(two), server(1));
    }

    private JGroupsMembership startOf(Supplier<String> cluster, Member self, HostPort bind, List<HostPort> managers)
            throws Exception {
        return start(new GroupOptions(self, bind, managers, cluster, NodeSecurity.open()));
    }

    @Test
    void aLoneManagerWaitsForNobody() throws Exception {
        HostPort address = freeAddress();
        long before = System.nanoTime();
        JGroupsMembership membership = start(manager(address), address, List.of(address));
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> membership.view().leader().isPresent());
        long elapsedMs = (System.nanoTime() - before) / 1_000_000;
        assertTrue(elapsedMs < 10_000, () -> "took " + elapsedMs + " ms");
    }

    @Test
    void allSeeTheSameOrderAndTheOldestManagerLeads() throws Exception {
        List<HostPort> managers = List.of(freeAddress(), freeAddress());
        JGroupsMembership first = start(manager(managers.get(1)), managers.get(1), managers);
        awaitMembers(first, manager(managers.get(1)));
        JGroupsMembership second = start(manager(managers.get(0)), managers.get(0), managers);
        awaitMembers(second, manager(managers.get(0)), manager(managers.get(1)));
        JGroupsMembership third = startServer(1, managers);
        awaitMembers(third, manager(managers.get(0)), manager(managers.get(1)), server(1));
        List<Member> expected = List.of(manager(managers.get(1)), manager(managers.get(0)), server(1));
        for (JGroupsMembership membership : List.of(first, second, third)) {
            await().atMost(SOON)
                    .untilAsserted(
                            () -> assertEquals(expected, membership.view().members()));
            assertEquals(managers.get(1), membership.view().leader().orElseThrow());
        }
    }

    @Test
    void aMemberThatIsKilledIsMissedAtOnceAndMayComeBack() throws Exception {
        List<HostPort> managers = List.of(freeAddress());
        JGroupsMembership manager = start(manager(managers.get(0)), managers.get(0), managers);
        awaitMembers(manager, manager(managers.get(0)));
        JGroupsMembership killed = startServer(1, managers);
        JGroupsMembership other = startServer(2, managers);
        awaitMembers(manager, manager(managers.get(0)), server(1), server(2));
        awaitMembers(other, manager(managers.get(0)), server(1), server(2));
        awaitMembers(killed, manager(managers.get(0)), server(1), server(2));
        long before = System.nanoTime();
        killed.abandon();
        awaitMembers(manager, manager(managers.get(0)), server(2));
        long elapsedMs = (System.nanoTime() - before) / 1_000_000;
        assertTrue(elapsedMs < 15_000, () -> "took " + elapsedMs + " ms");
        startServer(1, managers);
        awaitMembers(manager, manager(managers.get(0)), server(1), server(2));
    }

    @Test
    void aManagerThatComesBackLetsMembersIn() throws Exception {
        List<HostPort> managers = List.of(freeAddress());
        Member manager = manager(managers.get(0));
        JGroupsMembership killed = start(manager, managers.get(0), managers);
        awaitMembers(killed, manager);
        JGroupsMembership first = startServer(1, managers);
        JGroupsMembership second = startServer(2, managers);
        awaitMembers(first, manager, server(1), server(2));
        awaitMembers(second, manager, server(1), server(2));
        killed.abandon();
        awaitMembers(first, server(1), server(2));
        awaitMembers(second, server(1), server(2));
        JGroupsMembership again = start(manager, managers.get(0), managers);
        awaitMembers(again, manager, server(1), server(2));
        assertEquals(manager, again.view().members().get(0), "whoever led the servers before");
        long before = System.nanoTime();
        JGroupsMembership third = startServer(3, managers);
        awaitMembers(third, manager, server(1), server(2), server(3));
        long elapsedMs = (System.nanoTime() - before) / 1_000_000;
        assertTrue(elapsedMs < 40_000, () -> "took " + elapsedMs + " ms");
    }

    @Test
    void serversThatWereFirstFindTheManagerWhenItComes() throws Exception {
        List<HostPort> managers = List.of(freeAddress());
        startServer(1, managers);
        startServer(2, managers);
        JGroupsMembership manager = start(manager(managers.get(0)), managers.get(0), managers);
        awaitMembers(manager, manager(managers.get(0)), server(1), server(2));
    }

    @Test
    void listenersAreToldOfEveryViewInOrder() throws Exception {
        List<HostPort> managers = List.of(freeAddress());
        List<MembershipView> heard = new CopyOnWriteArrayList<>();
        JGroupsMembership manager = make(new GroupOptions(manager(managers.get(0)), managers.get(0), managers));
        manager.onChange(heard::add);
        get(manager.start());
        awaitMembers(manager, manager(managers.get(0)));
        JGroupsMembership server = startServer(1, managers);
        awaitMembers(manager, manager(managers.get(0)), server(1));
        get(server.close());
        await().atMost(SOON).until(() -> heard.size() == 3);
        assertEquals(
                List.of(1, 2, 1),
                heard.stream().map(view -> view.members().size()).toList());
    }

    @Test
    void aTakenPortSaysWhatToDo() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HostPort address = new HostPort("127.0.0.1", taken.getLocalPort());
            JGroupsMembership membership = make(new GroupOptions(manager(address), address, List.of(address)));
            Throwable failure = membership
                    .start()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .handle((ok, cause) -> cause)
                    .get(30, TimeUnit.SECONDS);
            Throwable cause = failure instanceof KumoException ? failure : failure.getCause();
            assertInstanceOf(KumoException.class, cause);
            assertTrue(cause.getMessage().contains("Choose another port"), cause::getMessage);
        }
    }

    /** A manager that starts again at once must not find its own port taken. */
    @Test
    void thePortIsFreeOnceItHasLeftAlsoInTheMiddleOfAJoin() throws Exception {
        HostPort address = freeAddress();
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HostPort partner = new HostPort("127.0.0.1", silent.getLocalPort());
            JGroupsMembership membership = start(manager(address), address, List.of(address, partner));
            await().atMost(SOON).until(() -> !isFree(address));
            get(membership.close());
            assertTrue(isFree(address));
        }
    }

    private static boolean isFree(HostPort address) {
        try (ServerSocket probe = new ServerSocket(address.port(), 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
