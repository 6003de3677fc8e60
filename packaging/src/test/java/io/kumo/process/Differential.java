package io.kumo.process;

import io.kumo.gateway.memcached.Conversation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;

/** The same random commands to memcached and to a gateway, some at a time, over keys that nobody else uses. */
final class Differential {
    /** Without a word for so long: a command took the end of the request for its data. */
    private static final int QUIET_MS = 3_000;
    /** A busy host may take so long where memcached did answer. */
    private static final int ANSWER_MS = 30_000;

    private static final int TURNS = 40;
    private static final int MOST_AT_ONCE = 6;
    private static final byte[] LAST_LINE = "MN\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int LAST_OPAQUE = 0x6b756d6f;
    private static final byte[] LAST_FRAME = lastFrame();
    private static final Pattern NEGATIVE_AS_SIGNED = Pattern.compile("(9[2-9]\\d{17}|1\\d{19})");

    private final long seed;
    private final int memcachedPort;
    private final int gatewayPort;
    private final Random random;
    private final CasPairs cas = new CasPairs();
    private final Likeness likeness = new Likeness(cas);
    private final RandomLines lines;
    private final RandomFrames frames;
    private final List<String> said = new ArrayList<>();

    private record Answer(ByteArrayOutputStream bytes, boolean closed) {}

    Differential(long seed, RealMemcached memcached, int gatewayPort) {
        this.seed = seed;
        memcachedPort = memcached.port();
        this.gatewayPort = gatewayPort;
        random = new Random(seed);
        List<String> keys = List.of("a" + seed, "b" + seed, "c" + seed);
        lines = new RandomLines(random, keys, cas, memcached.isLater());
        frames = new RandomFrames(random, keys, cas);
    }

    private static byte[] lastFrame() {
        byte[] frame = RandomFrames.noop(LAST_OPAQUE).kumo();
        frame[0] = (byte) 0x81;
        return frame;
    }

    /** What was said before and where they first differed; empty if they did not. */
    Optional<String> run() throws IOException {
        Socket[] texts = new Socket[2];
        Socket[] binaries = new Socket[2];
        try {
            for (int turn = 0; turn < TURNS; turn++) {
                boolean binary = random.nextInt(3) == 0;
                BothBytes request = new BothBytes();
                if (random.nextInt(4) == 0) {
                    request.add(binary ? frames.nextCount() : lines.nextCount());
                } else {
                    for (int i = random.nextInt(MOST_AT_ONCE); i >= 0; i--) {
                        request.add(binary ? frames.next() : lines.next());
                    }
                }
                if (!isSame(binary ? binaries : texts, binary, request) || !isSame(texts, false, lines.look())) {
                    if (endsWithItsFault()) {
                        return Optional.empty();
                    }
                    return Optional.of("seed " + seed + "\n" + String.join("\n", said));
                }
            }
            return Optional.empty();
        } finally {
            close(texts);
            close(binaries);
        }
    }

    private boolean isSame(Socket[] sockets, boolean binary, BothBytes request) throws IOException {
        if (binary) {
            request.add(RandomFrames.noop(LAST_OPAQUE));
        } else {
            request.add("mn\r\n");
        }
        if (sockets[0] == null) {
            sockets[0] = connect(memcachedPort);
            sockets[1] = connect(gatewayPort);
        }
        sockets[0].getOutputStream().write(request.memcached());
        sockets[1].getOutputStream().write(request.kumo());
        Answer memcached = answer(sockets[0], binary);
        boolean isQuiet = !memcached.closed() && !endsWith(memcached.bytes(), binary ? LAST_FRAME : LAST_LINE);
        sockets[1].setSoTimeout(isQuiet ? QUIET_MS : ANSWER_MS);
        Answer kumo = answer(sockets[1], binary);
        said.add("> " + Conversation.written(request.kumo()) + "\n< " + written(memcached));
        if (memcached.closed() != kumo.closed()
                || !likeness.isSame(
                        binary, memcached.bytes().toByteArray(), kumo.bytes().toByteArray())) {
            said.add("= " + written(kumo));
            return false;
        }
        if (memcached.closed()) {
            close(sockets);
        }
        return true;
    }

    /**
     * memcached 1.6.18 looks for the minus of a number of 2^63 or more behind its end too, in what an older record left
     * there: now and then it calls one no number.
     */
    private boolean endsWithItsFault() {
        int last = said.size() - 1;
        String memcached = said.get(last - 1);
        String before = said.get(Math.max(0, last - 2));
        return memcached.contains("on-numeric")
                && !said.get(last).contains("on-numeric")
                && NEGATIVE_AS_SIGNED.matcher(before + memcached).find();
    }

    private static String written(Answer answer) {
        return Conversation.written(answer.bytes().toByteArray()) + (answer.closed() ? "\nclosed" : "");
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(QUIET_MS);
        return socket;
    }

    private static void close(Socket[] sockets) throws IOException {
        for (int i = 0; i < sockets.length; i++) {
            if (sockets[i] != null) {
                sockets[i].close();
                sockets[i] = null;
            }
        }
    }

    /** Up to the answer of the last command, the end, or until nothing more comes. */
    private static Answer answer(Socket socket, boolean binary) throws IOException {
        byte[] last = binary ? LAST_FRAME : LAST_LINE;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        byte[] part = new byte[1 << 16];
        try {
            while (!endsWith(bytes, last)) {
                int count = in.read(part);
                if (count < 0) {
                    return new Answer(bytes, true);
                }
                bytes.write(part, 0, count);
            }
            return new Answer(bytes, false);
        } catch (SocketTimeoutException quiet) {
            return new Answer(bytes, false);
        } catch (IOException reset) {
            return new Answer(bytes, true);
        }
    }

    private static boolean endsWith(ByteArrayOutputStream bytes, byte[] last) {
        if (bytes.size() < last.length) {
            return false;
        }
        byte[] all = bytes.toByteArray();
        return Arrays.equals(all, all.length - last.length, all.length, last, 0, last.length);
    }
}
