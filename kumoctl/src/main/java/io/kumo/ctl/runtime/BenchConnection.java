package io.kumo.ctl.runtime;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One connection of a benchmark: keeps {@code depth} operations outstanding and checks each answer, in order. */
final class BenchConnection {
    private static final byte[] STORED = ascii("STORED");
    private static final byte[] END = ascii("END");
    private static final byte[] VALUE = ascii("VALUE ");
    private static final int LONGEST_REQUEST_LINE = 300;

    private final BenchRunner runner;
    private final NetSocket socket;
    private final BenchOperation[] ring;
    private int first;
    private int outstanding;
    private byte[] input = new byte[16 * 1024];
    private int from;
    private int to;
    private boolean closed;

    BenchConnection(BenchRunner runner, NetSocket socket, int depth) {
        this.runner = runner;
        this.socket = socket;
        ring = new BenchOperation[depth];
        for (int i = 0; i < depth; i++) {
            ring[i] = new BenchOperation();
        }
        socket.handler(this::onData);
        socket.closeHandler(ended -> {
            if (!closed) {
                runner.onLost(outstanding);
            }
        });
        socket.exceptionHandler(failure -> socket.close());
    }

    boolean isBusy() {
        return outstanding > 0;
    }

    void close() {
        closed = true;
        socket.close();
    }

    /** Sends as many requests as the depth allows, in one write. */
    void fill() {
        int free = ring.length - outstanding;
        if (free == 0 || closed) {
            return;
        }
        ByteBuffer out = ByteBuffer.allocate(
                free * (LONGEST_REQUEST_LINE + runner.values().valueBytes()));
        while (outstanding < ring.length) {
            BenchOperation operation = ring[(first + outstanding) % ring.length];
            if (!runner.next(operation)) {
                break;
            }
            outstanding++;
            write(out, operation);
        }
        if (out.position() > 0) {
            socket.write(Buffer.buffer(Arrays.copyOf(out.array(), out.position())));
        } else if (outstanding == 0) {
            runner.onIdle();
        }
    }

    private void write(ByteBuffer out, BenchOperation operation) {
        byte[] key = runner.values().key(operation.keyNumber());
        if (operation.isRead()) {
            out.put(ascii("get ")).put(key).put(ascii("\r\n"));
        } else {
            out.put(ascii("set ")).put(key).put(ascii(" 0 0 " + runner.values().valueBytes() + "\r\n"));
            runner.values().write(out, operation.keyNumber(), operation.version());
            out.put(ascii("\r\n"));
        }
    }

    private void onData(Buffer data) {
        if (input.length - to < data.length()) {
            int kept = to - from;
            byte[] roomier = kept + data.length() > input.length
                    ? new byte[Math.max(input.length * 2, kept + data.length())]
                    : input;
            System.arraycopy(input, from, roomier, 0, kept);
            input = roomier;
            from = 0;
            to = kept;
        }
        data.getBytes(input, to);
        to += data.length();
        while (outstanding > 0 && answer()) {
            first = (first + 1) % ring.length;
            outstanding--;
        }
        if (outstanding == 0 && from < to) {
            lose(); // more than was asked for
            return;
        }
        fill();
    }

    /** Takes one whole answer off the input; false if it is not there yet. */
    private boolean answer() {
        BenchOperation operation = ring[first];
        int end = lineEnd(from);
        if (end < 0) {
            return false;
        }
        if (startsWith(from, VALUE)) {
            return value(operation, end);
        }
        BenchOutcome outcome;
        if (operation.isRead()) {
            outcome = lineIs(from, end, END) ? BenchOutcome.MISS : BenchOutcome.ERROR;
        } else {
            outcome = lineIs(from, end, STORED) ? BenchOutcome.GOOD : BenchOutcome.ERROR;
        }
        from = end + 2;
        runner.onDone(operation, outcome);
        return true;
    }

    private boolean value(BenchOperation operation, int end) {
        int length = 0;
        int digit = end - 1;
        for (int scale = 1; digit >= from && input[digit] != ' '; digit--, scale *= 10) {
            length += (input[digit] - '0') * scale;
        }
        int body = end + 2;
        int after = body + length + 2 + END.length + 2;
        if (to < after) {
            return false;
        }
        boolean right = operation.isRead()
                && lineIs(body + length + 2, after - 2, END)
                && runner.values().isRight(input, body, length, operation.keyNumber());
        from = after;
        runner.onDone(operation, right ? BenchOutcome.GOOD : BenchOutcome.WRONG);
        return true;
    }

    private void lose() {
        closed = true;
        socket.close();
        runner.onLost(1);
    }

    private int lineEnd(int start) {
        for (int i = start; i + 1 < to; i++) {
            if (input[i] == '\r' && input[i + 1] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private boolean startsWith(int start, byte[] word) {
        return to - start >= word.length && Arrays.equals(input, start, start + word.length, word, 0, word.length);
    }

    private boolean lineIs(int start, int end, byte[] word) {
        return Arrays.equals(input, start, end, word, 0, word.length);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
