package io.kumo.process;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A client of memcached's text protocol that shows the answers as they are. One thread. */
final class TextClient implements AutoCloseable {
    private static final int ANSWER_WITHIN_MS = 30_000;

    private final Socket socket;
    private final InputStream in;

    TextClient(String host, int port) {
        try {
            socket = new Socket(host, port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(ANSWER_WITHIN_MS);
            in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        } catch (IOException e) {
            throw new AssertionError("cannot connect to " + host + ":" + port, e);
        }
    }

    /** Sends text as it is. */
    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** One line of an answer without its end. */
    String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection was closed after '" + line + "'");
            }
            line.write(c);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /** Sends a command and takes one line. */
    String ask(String command) throws IOException {
        send(command + "\r\n");
        return line();
    }

    String set(String key, String value) throws IOException {
        return ask("set " + key + " 0 0 " + value.length() + "\r\n" + value);
    }

    /** The value; empty for a miss. Any other answer is an error. */
    Optional<String> value(String key) throws IOException {
        String head = ask("get " + key);
        if (head.equals("END")) {
            return Optional.empty();
        }
        if (!head.startsWith("VALUE " + key + " ")) {
            throw new IOException("get " + key + ": " + head);
        }
        int length = Integer.parseInt(head.substring(head.lastIndexOf(' ') + 1));
        String value = new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
        String rest = line() + line();
        if (!rest.equals("END")) {
            throw new IOException("get " + key + " ends with " + rest);
        }
        return Optional.of(value);
    }

    boolean isClosedByPeer() throws IOException {
        return in.read() < 0;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
