package io.kumo.ctl.runtime;

import io.kumo.base.Bytes;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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

    private final GatewayAccess gateway;
    private final BiConsumer<Long, String> onRefused;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final List<Long> sent = new ArrayList<>();
    private int sentBytes;
    private long written;

    /** Connects; {@code onRefused} is told of what the gateway does not store: the tag, and its answer. */
    GatewayWriter(GatewayAccess gateway, BiConsumer<Long, String> onRefused) {
        this.gateway = gateway;
        this.onRefused = onRefused;
        socket = gateway.open();
        try {
            in = new BufferedInputStream(socket.getInputStream());
            out = new BufferedOutputStream(socket.getOutputStream(), BATCH_BYTES);
        } catch (IOException e) {
            throw gateway.failure(e);
        }
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
            throw gateway.failure(e);
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
                String answer = GatewayAccess.line(in);
                if (answer.startsWith("HD")) {
                    written++;
                } else {
                    onRefused.accept(tag, answer);
                }
            }
        } catch (IOException e) {
            throw gateway.failure(e);
        }
        sent.clear();
        sentBytes = 0;
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
            throw gateway.failure(e);
        }
    }
}
