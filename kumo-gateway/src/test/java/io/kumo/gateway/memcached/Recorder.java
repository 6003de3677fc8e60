package io.kumo.gateway.memcached;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Plays conversations against a memcached or a gateway. A program, too: {@code Recorder HOST:PORT HOST:PORT} plays all
 * that were recorded against both, and prints where they differ. Both are flushed before each, so the gateway needs
 * {@code --enable-flush-all}. Not compared: numbers that no two servers share (see {@link #normal}).
 */
final class Recorder {
    /** Nothing more comes after a silence of this length, ms. */
    private static final int SILENCE_MS = 300;

    private static final Pattern CAS = Pattern.compile("( c| cas=|VALUE \\S+ \\d+ \\d+ )\\d+");

    private final HostPort address;

    Recorder(HostPort address) {
        this.address = address;
    }

    /** What was answered, and whether the connection was closed. */
    record Answer(Bytes reply, boolean closed) {}

    /**
     * Sends the request over a connection of its own.
     *
     * @param expectedBytes once so many bytes are there nothing more is waited for; -1 if that is not known
     */
    Answer play(Bytes request, int expectedBytes) throws IOException {
        try (Socket socket = new Socket(address.host(), address.port())) {
            socket.setSoTimeout(SILENCE_MS);
            socket.getOutputStream().write(request.toArray());
            InputStream in = socket.getInputStream();
            ByteArrayOutputStream reply = new ByteArrayOutputStream();
            byte[] buffer = new byte[65536];
            boolean closed = false;
            try {
                while (!closed && reply.size() != expectedBytes) {
                    int read = in.read(buffer);
                    closed = read < 0;
                    reply.write(buffer, 0, Math.max(0, read));
                }
            } catch (SocketTimeoutException e) {
                closed = false; // that was all
            }
            return new Answer(Bytes.wrap(reply.toByteArray()), closed);
        }
    }

    /** The text without cas uniques. */
    static String normal(Bytes reply) {
        String text = new String(reply.toArray(), StandardCharsets.ISO_8859_1);
        return CAS.matcher(text).replaceAll("$1#");
    }

    public static void main(String[] addresses) throws IOException {
        Recorder first = new Recorder(HostPort.parse(addresses[0], 11211));
        Recorder second = new Recorder(HostPort.parse(addresses[1], 11411));
        Bytes flush = Bytes.utf8("flush_all\r\n");
        for (Conversation conversation : Conversation.recorded()) {
            first.play(flush, 4);
            second.play(flush, 4);
            Answer one = first.play(conversation.request(), -1);
            Answer other = second.play(conversation.request(), -1);
            if (!normal(one.reply()).equals(normal(other.reply())) || one.closed() != other.closed()) {
                System.out.println("> " + conversation + "\n1 " + normal(one.reply()) + "\n2 " + normal(other.reply()));
            }
        }
    }
}
