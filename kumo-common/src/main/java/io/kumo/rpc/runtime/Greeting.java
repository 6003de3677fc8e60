package io.kumo.rpc.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.AuthMessages.AuthChallenge;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.ControlMessages.HelloResult;
import io.kumo.protocol.Done;
import io.kumo.protocol.Role;
import io.kumo.security.ConnectorHandshake;
import io.kumo.security.KeyRing;
import io.kumo.security.Party;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What who made a connection says before it is open: the proof of the cluster's key where there is one, and Hello right
 * behind it. On the connection's loop.
 */
final class Greeting {
    private final RpcChannel channel;
    private final RpcEndpoint endpoint;
    private final @Nullable Role certified;
    private final Hello hello;
    private final ResultHandler<HelloResult> handler;
    private boolean hasFailed;

    /**
     * @param certified the role in the peer's certificate; null without TLS
     * @param handler takes the answer of a peer that has proved what it has to
     */
    Greeting(
            RpcChannel channel,
            RpcEndpoint endpoint,
            @Nullable Role certified,
            Hello hello,
            ResultHandler<HelloResult> handler) {
        this.channel = channel;
        this.endpoint = endpoint;
        this.certified = certified;
        this.hello = hello;
        this.handler = handler;
    }

    void start() {
        Optional<KeyRing> keys = endpoint.security().keys();
        if (keys.isEmpty()) {
            sayHello(null);
            return;
        }
        try {
            Party self = new Party(Introduction.role(hello.role()), hello.name());
            ConnectorHandshake handshake =
                    new ConnectorHandshake(self, keys.get(), endpoint.security().nonce());
            channel.call(handshake.begin(), timeoutMs(), new ResultHandler<AuthChallenge>() {
                @Override
                public void onResult(AuthChallenge challenge) {
                    onChallenge(handshake, challenge);
                }

                @Override
                public void onError(ErrorCode code, String text) {
                    // Who has no key does not know the call, or says so.
                    boolean isUnknown = code == ErrorCode.UNKNOWN_METHOD || code == ErrorCode.BAD_REQUEST;
                    fail(isUnknown ? ErrorCode.UNAUTHENTICATED : code, text);
                }
            });
        } catch (KumoException e) {
            fail(e.code(), String.valueOf(e.getMessage()));
        }
    }

    private void onChallenge(ConnectorHandshake handshake, AuthChallenge challenge) {
        try {
            Party acceptor = handshake.acceptorOf(challenge);
            channel.call(handshake.prove(challenge), timeoutMs(), new ResultHandler<Done>() {
                @Override
                public void onResult(Done done) {
                    // The answer to Hello is behind it.
                }

                @Override
                public void onError(ErrorCode code, String text) {
                    fail(code, text);
                }
            });
            sayHello(acceptor);
        } catch (KumoException e) {
            fail(e.code(), String.valueOf(e.getMessage()));
        }
    }

    private void sayHello(@Nullable Party proved) {
        channel.call(hello, timeoutMs(), new ResultHandler<HelloResult>() {
            @Override
            public void onResult(HelloResult result) {
                try {
                    check(proved, result);
                } catch (KumoException e) {
                    fail(e.code(), String.valueOf(e.getMessage()));
                    return;
                }
                if (!hasFailed) {
                    handler.onResult(result);
                }
            }

            @Override
            public void onError(ErrorCode code, String text) {
                fail(code, text);
            }
        });
    }

    private void check(@Nullable Party proved, HelloResult result) {
        hello.check(result);
        RpcEndpoint.checkCluster(hello, result.clusterId(), result.role() + " " + result.name());
        Party said = new Party(Introduction.role(result.role()), result.name());
        boolean isProved = proved == null || proved.equals(said);
        if (!isProved || (certified != null && certified != said.role())) {
            throw new KumoException(ErrorCode.UNAUTHENTICATED, "it has not proved to be " + said);
        }
    }

    /** The first failure says why; those that follow are of its making. */
    private void fail(ErrorCode code, String text) {
        if (!hasFailed) {
            hasFailed = true;
            boolean isCut = code == ErrorCode.CONNECTION_LOST;
            handler.onError(code, isCut ? text + " (it may want TLS, or not trust this certificate)" : text, 0);
        }
    }

    private long timeoutMs() {
        return endpoint.limits().connectTimeoutMs();
    }
}
