package io.kumo.security;

import io.kumo.base.Bytes;
import io.kumo.base.Check;
import io.kumo.protocol.AuthMessages.AuthBegin;
import io.kumo.protocol.AuthMessages.AuthChallenge;
import io.kumo.protocol.AuthMessages.AuthProve;
import io.kumo.protocol.Role;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The handshake as the end sees it that accepted the connection: {@link #onBegin}, {@link #onProve}. For one
 * connection.
 */
public final class AcceptorHandshake {
    private final Party self;
    private final KeyRing keys;
    private final Bytes nonce;
    private @Nullable Transcript transcript;
    private @Nullable ClusterKey key;
    private @Nullable Party proved;

    /** @param nonce 32 random bytes, for this connection only */
    public AcceptorHandshake(Party self, KeyRing keys, Bytes nonce) {
        Check.argument(self.role().isNode(), "a %s accepts no connections", self.role());
        Transcript.checkNonce(nonce);
        this.self = self;
        this.keys = keys;
        this.nonce = nonce;
    }

    /** KumoException UNAUTHENTICATED for a key that is not accepted. */
    public AuthChallenge onBegin(AuthBegin begin) {
        if (transcript != null) {
            throw Transcript.refused("a second handshake");
        }
        Transcript.checkNonce(begin.nonce());
        Role role = Role.ofProgram(begin.role())
                .orElseThrow(() -> Transcript.refused("there is no role '" + begin.role() + "'"));
        ClusterKey used = keys.find(role, begin.keyId())
                .orElseThrow(() -> Transcript.refused(
                        "the " + role.word() + "'s key is not the cluster's: check its --cluster-key-file"));
        Transcript said = new Transcript(new Party(role, begin.name()), self, used.id(), begin.nonce(), nonce);
        transcript = said;
        key = used;
        return new AuthChallenge(self.role().program(), self.name(), nonce, said.acceptorProof(used));
    }

    /** KumoException UNAUTHENTICATED unless the proof is right. One try for each connection. */
    public void onProve(AuthProve prove) {
        Transcript said = transcript;
        ClusterKey used = key;
        key = null;
        if (said == null || used == null || !Transcript.isSame(prove.proof(), said.connectorProof(used))) {
            throw Transcript.refused("the proof of the cluster's key is wrong");
        }
        proved = said.connector();
    }

    /** Who made the connection, once it is proved. */
    public Optional<Party> peer() {
        return Optional.ofNullable(proved);
    }
}
