package io.kumo.security.runtime;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.config.UsageException;
import io.kumo.protocol.Role;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopbackRuleTest {
    private static List<HostPort> listens(String host) {
        return List.of(new HostPort("127.0.0.1", 1), new HostPort(host, 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1", "localhost"})
    void whatOnlyThisHostReachesIsFine(String host) {
        assertDoesNotThrow(() -> NodeSecurity.open().checkListens("kumo-server", listens(host)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "*", "192.0.2.1"})
    void whatOthersReachIsRefusedInOneLineThatSaysWhatToDo(String host) {
        UsageException refused = assertThrows(
                UsageException.class, () -> NodeSecurity.open().checkListens("kumo-server", listens(host)));
        String text = refused.getMessage();
        assertTrue(
                text.startsWith("kumo-server: " + new HostPort(host, 2))
                        && text.lines().count() == 1,
                text);
        assertTrue(text.contains("--cluster-key-file") && text.contains("--insecure"), text);
    }

    @Test
    void whoSaysThatItIsInsecureMayListenAnywhere() {
        SecurityOptions insecure =
                new SecurityOptions(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), true);
        assertDoesNotThrow(
                () -> NodeSecurity.of(insecure, Role.SERVER).checkListens("kumo-server", listens("0.0.0.0")));
    }
}
