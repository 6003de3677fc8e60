package io.kumo.gateway.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A memcached client that reads and writes bytes and waits at most 10 s. */
final class Client implements AutoCloseable {
    private final Socket socket;

    /** Over a connection that is there. */
    Client(Socket socket) {
        this.socket = socket;
    }

    Client(int port) throws IOException {
        socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 20_000);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(30_000);
    }

    /** One of which the kernel takes little before it reads. */
    static Client withSmallBuffer(int port) throws IOException {
        Socket small = new Socket();
        small.setReceiveBufferSize(16 << 10);
        small.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 20_000);
        small.setSoTimeout(30_000);
        return new Client(small);
    }

    Client send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Client send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Says that nothing more will come. */
    Client endOutput() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Exactly as many bytes; fewer if the connection ends. */
    String read(int count) throws IOException {
        return new String(socket.getInputStream().readNBytes(count), StandardCharsets.ISO_8859_1);
    }

    /** Up to the end of a line, without it. */
    String line() throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next == '\n') {
                return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
            }
            line.write(next);
        }
        return line + "<end>";
    }

    String ask(String text) throws IOException {
        return send(text + "\r\n").line();
    }

    /** Everything until the gateway closes the connection. */
    String rest() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
