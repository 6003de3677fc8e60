package io.kumo.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.AuthMessages.AuthBegin;
import io.kumo.protocol.AuthMessages.AuthChallenge;
import io.kumo.protocol.AuthMessages.AuthProve;
import io.kumo.protocol.Role;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The proof of a key, between two ends and an attacker who sees and changes all that they say. */
class HandshakeTest {
    private static final Party SERVER = new Party(Role.SERVER, "00000000000000a1");
    private static final Party OTHER_SERVER = new Party(Role.SERVER, "00000000000000a2");
    private static final Party GATEWAY = new Party(Role.GATEWAY, "app1:11211");

    private final Random random = new Random(1);
    private final ClusterKey key = key();
    private final KeyRing cluster = ring("cluster", key);

    static IntStream seeds() {
        return IntStream.range(0, 50);
    }

    private ClusterKey key() {
        return new ClusterKey(nonce());
    }

    private Bytes nonce() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    private static KeyRing ring(String kind, ClusterKey... keys) {
        StringBuilder text = new StringBuilder();
        for (ClusterKey each : keys) {
            text.append(kind).append(' ').append(each.hex()).append('\n');
        }
        return KeyRing.parse(text.toString());
    }

    private Optional<Party> meet(Party connector, KeyRing its, Party acceptor, KeyRing others) {
        ConnectorHandshake from = new ConnectorHandshake(connector, its, nonce());
        AcceptorHandshake to = new AcceptorHandshake(acceptor, others, nonce());
        AuthChallenge challenge = to.onBegin(from.begin());
        assertEquals(acceptor, from.acceptorOf(challenge));
        assertEquals(Optional.empty(), to.peer());
        to.onProve(from.prove(challenge));
        return to.peer();
    }

    private static void refused(Executable action) {
        assertEquals(
                ErrorCode.UNAUTHENTICATED,
                assertThrows(KumoException.class, action).code());
    }

    @Test
    void serversWithTheSameKeyKnowEachOther() {
        assertEquals(Optional.of(OTHER_SERVER), meet(OTHER_SERVER, cluster, SERVER, cluster));
    }

    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {"GATEWAY", "OPERATOR"})
    void whoHasTheKeyOfItsRoleIsKnownAsThat(Role role) {
        Party party = new Party(role, "x");
        assertEquals(Optional.of(party), meet(party, ring(role.word(), key.derive(role)), SERVER, cluster));
    }

    @Test
    void aGatewaysKeyMakesNobodyAServerOrAnOperator() {
        ClusterKey ofGateways = key.derive(Role.GATEWAY);
        for (Role role : new Role[] {Role.SERVER, Role.MANAGER, Role.OPERATOR}) {
            String kind = role.isNode() ? KeyRing.CLUSTER : role.word();
            ConnectorHandshake liar = new ConnectorHandshake(new Party(role, "x"), ring(kind, ofGateways), nonce());
            refused(() -> new AcceptorHandshake(SERVER, cluster, nonce()).onBegin(liar.begin()));
            // With the right key's name, as if it had that key.
            Bytes id = cluster.keysOf(role).get(0).id();
            AcceptorHandshake acceptor = new AcceptorHandshake(SERVER, cluster, nonce());
            Bytes nonce = nonce();
            AuthChallenge challenge = acceptor.onBegin(new AuthBegin(role.program(), "x", id, nonce));
            Transcript said = new Transcript(new Party(role, "x"), SERVER, id, nonce, challenge.nonce());
            refused(() -> acceptor.onProve(new AuthProve(said.connectorProof(ofGateways))));
        }
    }

    @Test
    void anAcceptorWithoutTheKeyIsFoundOut() {
        ConnectorHandshake from = new ConnectorHandshake(SERVER, cluster, nonce());
        AuthBegin begin = from.begin();
        Bytes own = nonce();
        Transcript said = new Transcript(SERVER, OTHER_SERVER, begin.keyId(), begin.nonce(), own);
        AuthChallenge forged = new AuthChallenge("server", OTHER_SERVER.name(), own, said.acceptorProof(key()));
        refused(() -> from.acceptorOf(forged));
        AuthChallenge asGateway = new AuthChallenge("gateway", "g", own, said.acceptorProof(key()));
        refused(() -> from.acceptorOf(asGateway));
    }

    @Test
    void whatAnEndSaidProvesNothingWhenItIsSentBack() {
        ConnectorHandshake from = new ConnectorHandshake(SERVER, cluster, nonce());
        AuthBegin begin = from.begin();
        // An attacker accepts the connection, and gets its proof from another connection to the same server.
        AcceptorHandshake same = new AcceptorHandshake(SERVER, cluster, nonce());
        AuthChallenge challenge = same.onBegin(begin);
        refused(() -> same.onProve(new AuthProve(challenge.proof())));
        AcceptorHandshake again = new AcceptorHandshake(SERVER, cluster, nonce());
        again.onBegin(begin);
        refused(() -> again.onProve(from.prove(challenge))); // right, for another nonce
    }

    @Test
    void thereIsOneTryAndOneHandshakeForEachConnection() {
        ConnectorHandshake from = new ConnectorHandshake(GATEWAY, cluster, nonce());
        AcceptorHandshake to = new AcceptorHandshake(SERVER, cluster, nonce());
        refused(() -> to.onProve(new AuthProve(nonce())));
        AuthChallenge challenge = to.onBegin(from.begin());
        refused(() -> to.onProve(new AuthProve(nonce())));
        refused(() -> to.onProve(from.prove(challenge)));
        refused(() -> to.onBegin(from.begin()));
        assertEquals(Optional.empty(), to.peer());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void oneChangedByteOfAnythingEndsIt(int seed) {
        Random chance = new Random(seed);
        ConnectorHandshake from = new ConnectorHandshake(GATEWAY, cluster, nonce());
        AcceptorHandshake to = new AcceptorHandshake(SERVER, cluster, nonce());
        int place = chance.nextInt(8);
        AuthBegin begin = from.begin();
        refused(() -> {
            AuthChallenge challenge = to.onBegin(new AuthBegin(
                    begin.role(),
                    place == 0 ? begin.name() + "x" : begin.name(),
                    changed(begin.keyId(), place == 1, chance),
                    changed(begin.nonce(), place == 2, chance)));
            AuthChallenge seen = new AuthChallenge(
                    place == 3 ? "manager" : challenge.role(),
                    place == 4 ? challenge.name() + "x" : challenge.name(),
                    changed(challenge.nonce(), place == 5, chance),
                    changed(challenge.proof(), place == 6, chance));
            from.acceptorOf(seen);
            to.onProve(new AuthProve(changed(from.prove(seen).proof(), place == 7, chance)));
        });
    }

    private static Bytes changed(Bytes bytes, boolean really, Random chance) {
        byte[] copy = bytes.toArray();
        if (really) {
            copy[chance.nextInt(copy.length)] ^= (byte) (1 << chance.nextInt(8));
        }
        return Bytes.wrap(copy);
    }

    @Test
    void keysChangeWithoutAMomentWhereSomebodyIsRefused() {
        ClusterKey next = key();
        KeyRing[] steps = {cluster, ring("cluster", key, next), ring("cluster", next, key), ring("cluster", next)};
        for (int i = 0; i + 1 < steps.length; i++) {
            assertTrue(meet(SERVER, steps[i], OTHER_SERVER, steps[i + 1]).isPresent());
            assertTrue(meet(SERVER, steps[i + 1], OTHER_SERVER, steps[i]).isPresent());
            KeyRing gateways = ring("gateway", steps[i].keysOf(Role.GATEWAY).toArray(ClusterKey[]::new));
            assertTrue(meet(GATEWAY, gateways, SERVER, steps[i + 1]).isPresent());
        }
        refused(() -> meet(SERVER, steps[0], OTHER_SERVER, steps[3]));
    }
}
