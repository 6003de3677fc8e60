package io.kumo.rpc.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.AuthMessages.AuthBegin;
import io.kumo.protocol.AuthMessages.AuthProve;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.Done;
import io.kumo.protocol.Message;
import io.kumo.protocol.MessageReader;
import io.kumo.protocol.Role;
import io.kumo.security.AcceptorHandshake;
import io.kumo.security.KeyRing;
import io.kumo.security.Party;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What who accepted a connection takes before it is open: the proof of the cluster's key where there is one, then
 * Hello. On the connection's loop.
 */
final class Introduction {
    private final RpcEndpoint endpoint;
    private final Supplier<@Nullable Role> certified;
    private final Runnable onSettled;
    private @Nullable AcceptorHandshake handshake;
    private @Nullable Hello hello;
    private boolean isSettled;

    /**
     * @param certified finds the role in the peer's certificate; null without TLS
     * @param onSettled is run once the peer is known, or gone
     */
    Introduction(RpcEndpoint endpoint, Supplier<@Nullable Role> certified, Runnable onSettled) {
        this.endpoint = endpoint;
        this.certified = certified;
        this.onSettled = onSettled;
    }

    /** The answer to a call; a KumoException is the last one, the connection ends. */
    Message answer(int number, MessageReader in) {
        try {
            if (number == AuthBegin.METHOD.number()) {
                return onBegin(AuthBegin.METHOD.request().decode(in));
            } else if (number == AuthProve.METHOD.number() && handshake != null) {
                handshake.onProve(AuthProve.METHOD.request().decode(in));
                return Done.DONE;
            } else if (number == Hello.METHOD.number()) {
                return onHello(Hello.METHOD.request().decode(in));
            }
        } catch (IllegalArgumentException e) {
            throw new KumoException(ErrorCode.BAD_REQUEST, String.valueOf(e.getMessage()), e);
        }
        throw new KumoException(ErrorCode.BAD_REQUEST, "the first message is not Hello, or another one is");
    }

    private Message onBegin(AuthBegin begin) {
        KeyRing keys = endpoint.security()
                .keys()
                .orElseThrow(() -> refused("this process has no cluster key: it runs without --cluster-key-file"));
        if (handshake != null) {
            throw refused("a second handshake");
        }
        Hello own = endpoint.self();
        Party self = new Party(role(own.role()), own.name());
        AcceptorHandshake begun =
                new AcceptorHandshake(self, keys, endpoint.security().nonce());
        handshake = begun;
        return begun.onBegin(begin);
    }

    private Message onHello(Hello peer) {
        Party said = new Party(role(peer.role()), peer.name());
        if (endpoint.security().keys().isPresent()) {
            AcceptorHandshake done = handshake;
            Party proved = (done == null ? Optional.<Party>empty() : done.peer())
                    .orElseThrow(() -> refused("the cluster has a key: give --cluster-key-file"));
            if (!proved.equals(said)) {
                throw refused("it proved to be " + proved + ", and says that it is " + said);
            }
        }
        Role shown = certified.get();
        if (shown != null && shown != said.role()) {
            throw refused("its certificate is of the role " + shown.word() + ", and it says that it is " + said);
        }
        Message result = endpoint.accept(peer);
        hello = peer;
        return result;
    }

    static Role role(String program) {
        return Role.ofProgram(program)
                .orElseThrow(() -> new KumoException(ErrorCode.BAD_REQUEST, "there is no role '" + program + "'"));
    }

    private static KumoException refused(String text) {
        return new KumoException(ErrorCode.UNAUTHENTICATED, text);
    }

    /** Who is at the other end; null as long as it is not known. */
    @Nullable
    Hello peer() {
        return hello;
    }

    /** The peer is known, or gone. Does nothing the second time. */
    void settle() {
        if (!isSettled) {
            isSettled = true;
            onSettled.run();
        }
    }
}
