package io.kumo.membership.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.membership.Member;
import io.kumo.membership.Member.ManagerMember;
import io.kumo.membership.Member.ServerMember;
import io.kumo.protocol.Role;
import io.kumo.security.ClusterKey;
import io.kumo.security.runtime.NodeSecurity;
import io.kumo.security.runtime.SecurityOptions;
import io.kumo.table.ServerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A group of those who have the cluster's key, and others who would like to be in it. */
class SecuredGroupTest extends GroupCase {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private NodeSecurity key(Role role, int... seeds) throws IOException {
        Path file = Files.createTempFile(
                directory,
                "key",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        StringBuilder text = new StringBuilder();
        for (int seed : seeds) {
            byte[] secret = new byte[ClusterKey.BYTES];
            secret[0] = (byte) seed;
            text.append("cluster ")
                    .append(new ClusterKey(Bytes.wrap(secret)).hex())
                    .append('\n');
        }
        Files.writeString(file, text);
        return NodeSecurity.of(
                new SecurityOptions(
                        Optional.of(file.toString()), Optional.empty(), Optional.empty(), Optional.empty(), false),
                role);
    }

    private JGroupsMembership start(Member self, HostPort bind, HostPort manager, NodeSecurity security)
            throws Exception {
        return start(new GroupOptions(self, bind, List.of(manager), () -> "", security));
    }

    @Test
    void whoHasTheKeyIsInAndNobodyElse() throws Exception {
        HostPort address = freeAddress();
        HostPort any = new HostPort("127.0.0.1", 0);
        Member manager = new ManagerMember(address);
        NodeSecurity ofManager = key(Role.MANAGER, 1, 2);
        JGroupsMembership first = start(manager, address, address, ofManager);
        Member server = new ServerMember(new ServerId(1), 1);
        Member changed = new ServerMember(new ServerId(2), 2);
        Member stranger = new ServerMember(new ServerId(3), 3);
        Member plain = new ServerMember(new ServerId(4), 4);
        start(stranger, any, address, key(Role.SERVER, 3));
        start(plain, any, address, NodeSecurity.open());
        JGroupsMembership second = start(server, any, address, key(Role.SERVER, 1, 2));
        start(changed, any, address, key(Role.SERVER, 2, 1)); // uses the key that the manager accepts
        await().atMost(SOON)
                .until(() -> first.view().members().size() == 3
                        && second.view().members().size() == 3);
        assertTrue(first.view().members().containsAll(List.of(manager, server, changed)));
        await().atMost(SOON).until(() -> ofManager.refusedCount() > 2);
        assertEquals(3, first.view().members().size());
    }

    @Test
    void aMemberThatIsKilledIsNoticed() throws Exception {
        HostPort address = freeAddress();
        JGroupsMembership first = start(new ManagerMember(address), address, address, key(Role.MANAGER, 1));
        Member server = new ServerMember(new ServerId(1), 1);
        JGroupsMembership second = start(server, new HostPort("127.0.0.1", 0), address, key(Role.SERVER, 1));
        await().atMost(SOON)
                .until(() -> first.view().members().contains(server)
                        && second.view().members().contains(server)); // who is still joining can't be killed
        long before = System.nanoTime();
        second.abandon();
        await().atMost(SOON).until(() -> !first.view().members().contains(server));
        long tookMs = (System.nanoTime() - before) / 1_000_000;
        System.out.printf("a killed member was noticed after %d ms%n", tookMs);
        assertTrue(tookMs < 15_000, () -> "took " + tookMs + " ms");
    }
}
