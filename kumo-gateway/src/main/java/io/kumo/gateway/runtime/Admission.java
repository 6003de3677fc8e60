package io.kumo.gateway.runtime;

import io.kumo.auth.Credentials;
import io.kumo.gateway.runtime.Authenticator.Outcome;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Which listener a client came by, whether it said who it is, and what it may do. Lives on the client's event loop. */
final class Admission {
    private static final int MAX_FAILED_LOGINS = 3;

    private final ListenerOptions listener;
    private final GatewayLoop loop;
    private final Channel channel;
    private boolean admitted;
    private int failedLogins;

    Admission(ListenerOptions listener, GatewayLoop loop, Channel channel) {
        this.listener = listener;
        this.loop = loop;
        this.channel = channel;
        admitted = !listener.auth();
    }

    /** Whether commands are carried out: the client said who it is, or need not. */
    boolean isAdmitted() {
        return admitted;
    }

    boolean isReadOnly() {
        return listener.readOnly();
    }

    /** Looks whether the client is who it says; {@code then} is told on the event loop. */
    void login(Credentials credentials, Consumer<Outcome> then) {
        Authenticator authenticator = loop.authenticator();
        if (authenticator == null) {
            then.accept(Outcome.REFUSED); // nobody is known, so nobody can be who he says
            return;
        }
        String host = channel.remoteAddress() instanceof InetSocketAddress address
                ? address.getAddress().getHostAddress()
                : "this host";
        authenticator.check(credentials, host, loop, then);
    }

    /** The client is to be told; whether it was the last attempt that it has. */
    boolean onVerdict(Outcome outcome) {
        if (outcome == Outcome.ACCEPTED) {
            admitted = true;
            return false;
        }
        admitted = !listener.auth();
        return ++failedLogins >= MAX_FAILED_LOGINS;
    }

    /** The client's address as memcached spells it; from any thread. */
    String remote() {
        return text(channel.remoteAddress());
    }

    /** The address that it connected to; from any thread. */
    String local() {
        return listener.isUnix() ? listener.where() : text(channel.localAddress());
    }

    private static String text(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet
                ? "tcp:" + inet.getAddress().getHostAddress() + ":" + inet.getPort()
                : "unix";
    }
}
