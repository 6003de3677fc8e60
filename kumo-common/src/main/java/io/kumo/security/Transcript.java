package io.kumo.security;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.security.MessageDigest;

/** All that both ends of a handshake said: what they prove their key with. */
record Transcript(Party connector, Party acceptor, Bytes keyId, Bytes connectorNonce, Bytes acceptorNonce) {
    static final int NONCE_BYTES = 32;

    /** The two proofs differ, so that none can be sent back as the other. */
    Bytes acceptorProof(ClusterKey key) {
        return proof("kumo acceptor 1", key);
    }

    Bytes connectorProof(ClusterKey key) {
        return proof("kumo connector 1", key);
    }

    private Bytes proof(String who, ClusterKey key) {
        return key.mac(
                Bytes.utf8(who),
                Bytes.utf8(connector.role().word()),
                Bytes.utf8(connector.name()),
                Bytes.utf8(acceptor.role().word()),
                Bytes.utf8(acceptor.name()),
                keyId,
                connectorNonce,
                acceptorNonce);
    }

    /** In a time that does not tell how much of it is right. */
    static boolean isSame(Bytes proof, Bytes expected) {
        return MessageDigest.isEqual(proof.unsafeArray(), expected.unsafeArray());
    }

    static void checkNonce(Bytes nonce) {
        if (nonce.length() != NONCE_BYTES) {
            throw refused("a nonce of " + nonce.length() + " bytes");
        }
    }

    static KumoException refused(String text) {
        return new KumoException(ErrorCode.UNAUTHENTICATED, text);
    }
}
