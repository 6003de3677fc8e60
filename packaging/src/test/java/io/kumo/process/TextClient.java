package io.kumo.process;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A client of memcached's text protocol that shows the answers as they are. One thread. */
final class TextClient implements AutoCloseable {
    private static final int CONNECT_WITHIN_MS = 20_000;
    private static final int ANSWER_WITHIN_MS = 30_000;

    private final Socket socket;
    private final InputStream in;

    private TextClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(ANSWER_WITHIN_MS);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    }

    static TextClient connect(String host, int port) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(host, port), CONNECT_WITHIN_MS);
        return new TextClient(socket);
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
        Read read = read("get", key);
        if (!read.error().isEmpty()) {
            throw new IOException("get " + key + ": " + read.error());
        }
        return read.value();
    }

    /**
     * What a get or gets of one key answered.
     *
     * @param error the line that was neither a value nor a miss, else empty
     * @param cas 0 where it was not told
     */
    record Read(String error, Optional<String> value, long cas) {}

    /** Sends {@code get} or {@code gets}. */
    Read read(String command, String key) throws IOException {
        String head = ask(command + " " + key);
        if (head.equals("END")) {
            return new Read("", Optional.empty(), 0);
        }
        if (!head.startsWith("VALUE " + key + " ")) {
            return new Read(head, Optional.empty(), 0);
        }
        String[] words = head.split(" ");
        String value = new String(in.readNBytes(Integer.parseInt(words[3])), StandardCharsets.ISO_8859_1);
        String rest = line() + line();
        if (!rest.equals("END")) {
            throw new IOException(command + " " + key + " ends with " + rest);
        }
        return new Read("", Optional.of(value), words.length > 4 ? Long.parseLong(words[4]) : 0);
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
