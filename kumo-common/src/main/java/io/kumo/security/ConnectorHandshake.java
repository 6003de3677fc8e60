package io.kumo.security;

import io.kumo.base.Bytes;
import io.kumo.protocol.AuthMessages.AuthBegin;
import io.kumo.protocol.AuthMessages.AuthChallenge;
import io.kumo.protocol.AuthMessages.AuthProve;
import io.kumo.protocol.Role;
import java.util.List;

/** The handshake as the end sees it that made the connection. For one connection. */
public final class ConnectorHandshake {
    private final Party self;
    private final ClusterKey key;
    private final Bytes nonce;

    /**
     * KumoException UNAUTHENTICATED if there is no key for what this process is.
     *
     * @param nonce 32 random bytes
     */
    public ConnectorHandshake(Party self, KeyRing keys, Bytes nonce) {
        List<ClusterKey> own = keys.keysOf(self.role());
        if (own.isEmpty()) {
            throw Transcript.refused(
                    "the key file has no key for the role " + self.role().word());
        }
        Transcript.checkNonce(nonce);
        this.self = self;
        this.key = own.get(0);
        this.nonce = nonce;
    }

    public AuthBegin begin() {
        return new AuthBegin(self.role().program(), self.name(), key.id(), nonce);
    }

    /** Who accepted the connection; KumoException UNAUTHENTICATED unless it has the key, and may have it. */
    public Party acceptorOf(AuthChallenge challenge) {
        Party acceptor = acceptor(challenge);
        if (!Transcript.isSame(
                challenge.proof(), transcript(challenge, acceptor).acceptorProof(key))) {
            throw Transcript.refused(acceptor + " has not got the cluster's key");
        }
        return acceptor;
    }

    /** What proves this end; only for a challenge that {@link #acceptorOf} took. */
    public AuthProve prove(AuthChallenge challenge) {
        return new AuthProve(transcript(challenge, acceptor(challenge)).connectorProof(key));
    }

    private static Party acceptor(AuthChallenge challenge) {
        Transcript.checkNonce(challenge.nonce());
        Role role = Role.ofProgram(challenge.role())
                .filter(Role::isNode)
                .orElseThrow(() -> Transcript.refused("'" + challenge.role() + "' accepts no connections"));
        return new Party(role, challenge.name());
    }

    private Transcript transcript(AuthChallenge challenge, Party acceptor) {
        return new Transcript(self, acceptor, key.id(), nonce, challenge.nonce());
    }
}
