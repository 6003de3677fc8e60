package io.kumo.membership.runtime;

import io.kumo.security.runtime.NodeSecurity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jgroups.util.DefaultSocketFactory;

/** Makes the sockets of the group where it is secured: TLS with both ends proved, before JGroups reads a byte. */
final class GroupSockets extends SocketFactory {
    static final int HANDSHAKE_MS = 3_000;

    private final SocketFactory tls;

    private GroupSockets(SSLContext context) {
        this.tls = context.getSocketFactory();
    }

    /** For JGroups. */
    static DefaultSocketFactory factory(SSLContext context, NodeSecurity security) {
        return new DefaultSocketFactory(new GroupSockets(context), new Servers(context, security));
    }

    @Override
    public Socket createSocket() throws IOException {
        return bounded(tls.createSocket());
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return bounded(tls.createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return bounded(tls.createSocket(host, port, local, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return bounded(tls.createSocket(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return bounded(tls.createSocket(host, port, local, localPort));
    }

    /** JGroups waits for the handshake without a deadline: the socket has one until it is over. */
    private static Socket bounded(Socket socket) throws IOException {
        SSLSocket secured = (SSLSocket) socket;
        secured.setSoTimeout(HANDSHAKE_MS);
        secured.addHandshakeCompletedListener(done -> {
            try {
                done.getSocket().setSoTimeout(0);
            } catch (IOException e) {
                // it is closed
            }
        });
        return secured;
    }

    /** Makes listening sockets. */
    private static final class Servers extends ServerSocketFactory {
        private final SSLContext context;
        private final NodeSecurity security;

        Servers(SSLContext context, NodeSecurity security) {
            this.context = context;
            this.security = security;
        }

        @Override
        public ServerSocket createServerSocket() throws IOException {
            return new GroupServerSocket(context.getSocketFactory(), security);
        }

        @Override
        public ServerSocket createServerSocket(int port) throws IOException {
            throw new IOException("the group's socket is bound later");
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog) throws IOException {
            throw new IOException("the group's socket is bound later");
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog, InetAddress address) throws IOException {
            throw new IOException("the group's socket is bound later");
        }
    }
}
