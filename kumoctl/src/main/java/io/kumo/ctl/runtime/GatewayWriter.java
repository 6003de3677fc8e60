package io.kumo.ctl.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.BiConsumer;

/** Writes records through a gateway, or into any memcached server, with meta commands. */
final class GatewayWriter implements RecordSink, AutoCloseable {
    private static final int BATCH_RECORDS = 256;
    private static final int BATCH_BYTES = 1 << 20;
    private static final int CONNECT_MS = 5_000;
    private static final int ANSWER_MS = 60_000;
    private static final int LONGEST_LINE = 8_192;

    private final HostPort gateway;
    private final BiConsumer<Long, String> onRefused;
    private final Socket socket = new Socket();
    private final InputStream in;
    private final OutputStream out;
    private final List<Long> sent = new ArrayList<>();
    private int sentBytes;
    private long written;

    /** Connects; {@code onRefused} is told of what the gateway does not store: the tag, and its answer. */
    GatewayWriter(HostPort gateway, BiConsumer<Long, String> onRefused) {
        this.gateway = gateway;
        this.onRefused = onRefused;
        try {
            socket.connect(new InetSocketAddress(gateway.host(), gateway.port()), CONNECT_MS);
            socket.setSoTimeout(ANSWER_MS);
            in = new BufferedInputStream(socket.getInputStream());
            out = new BufferedOutputStream(socket.getOutputStream(), BATCH_BYTES);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private KumoException failure(IOException e) {
        return new KumoException(ErrorCode.NOT_CONNECTED, "gateway " + gateway + ": " + e.getMessage(), e);
    }

    @Override
    public void set(Bytes key, int flags, long exptime, Bytes value, long tag) {
        String head = "ms " + Base64.getEncoder().encodeToString(key.unsafeArray()) + " " + value.length() + " b F"
                + Integer.toUnsignedString(flags) + " T" + exptime + "\r\n";
        try {
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            out.write(value.unsafeArray());
            out.write('\r');
            out.write('\n');
        } catch (IOException e) {
            throw failure(e);
        }
        sent.add(tag);
        sentBytes += head.length() + value.length();
        if (sent.size() >= BATCH_RECORDS || sentBytes >= BATCH_BYTES) {
            flush();
        }
    }

    @Override
    public void flush() {
        try {
            out.flush();
            for (long tag : sent) {
                String answer = line();
                if (answer.startsWith("HD")) {
                    written++;
                } else {
                    onRefused.accept(tag, answer);
                }
            }
        } catch (IOException e) {
            throw failure(e);
        }
        sent.clear();
        sentBytes = 0;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.size() > LONGEST_LINE) {
                throw new EOFException("it ended the connection, or does not speak memcached's protocol");
            }
            line.write(c);
        }
        return line.toString(StandardCharsets.UTF_8).trim();
    }

    @Override
    public long written() {
        return written;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw failure(e);
        }
    }
}
