package io.kumo.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** A memcached in this process, of one copy, that can be told to break a promise now and then. */
final class FaultyMemcached implements AutoCloseable {
    /** What it does wrong, one time in a few. */
    enum Fault {
        NONE,
        /** A get answers what was there before. */
        STALE_READ,
        /** A set is answered and forgotten. */
        LOST_WRITE,
        COUNTED_TWICE,
        /** A delete is answered, and undone later. */
        UNDONE_DELETE,
        /** A cas succeeds whatever was there. */
        CAREFREE_CAS
    }

    private static final int ONE_IN = 5;

    private record Item(String value, long cas) {}

    private final ServerSocket socket;
    private final Fault fault;
    private final Map<String, Item> items = new HashMap<>();
    private final Map<String, Item> before = new HashMap<>();
    private long cas;
    private long commands;

    FaultyMemcached(Fault fault) {
        this.fault = fault;
        try {
            socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "faulty-memcached");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = socket.accept();
                daemon(() -> serve(client));
            }
        } catch (IOException e) {
            // closed: the test is over
        }
    }

    private void serve(Socket client) {
        try (client) {
            var in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ");
                String data = words.length > 4 ? in.readLine() : "";
                String answer = answer(words, data) + "\r\n";
                client.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            // the client went
        }
    }

    private synchronized String answer(String[] words, String data) {
        commands++;
        String key = words[1];
        Item item = items.get(key);
        boolean is = item != null;
        return switch (words[0]) {
            case "get", "gets" -> get(words[0], key, is && breaks(Fault.STALE_READ) ? before.get(key) : item);
            case "set" -> breaks(Fault.LOST_WRITE) ? "STORED" : put(key, data, "STORED");
            case "add" -> is ? "NOT_STORED" : put(key, data, "STORED");
            case "replace" -> is ? put(key, data, "STORED") : "NOT_STORED";
            case "append" -> is ? put(key, item.value() + data, "STORED") : "NOT_STORED";
            case "prepend" -> is ? put(key, data + item.value(), "STORED") : "NOT_STORED";
            case "cas" -> cas(words, data, item);
            case "incr" ->
                is
                        ? count(key, number(item) + delta(words) * (breaks(Fault.COUNTED_TWICE) ? 2 : 1), item)
                        : "NOT_FOUND";
            case "decr" -> is ? count(key, Math.max(0, number(item) - delta(words)), item) : "NOT_FOUND";
            case "delete" -> is ? delete(key) : "NOT_FOUND";
            case "touch" -> is ? "TOUCHED" : "NOT_FOUND";
            default -> "ERROR";
        };
    }

    private boolean breaks(Fault candidate) {
        return fault == candidate && commands % ONE_IN == 0;
    }

    private static long number(Item item) {
        return Long.parseLong(item.value().strip());
    }

    private static long delta(String[] words) {
        return Long.parseLong(words[2]);
    }

    private static String get(String command, String key, Item item) {
        return item == null
                ? "END"
                : "VALUE " + key + " 0 " + item.value().length() + (command.equals("gets") ? " " + item.cas() : "")
                        + "\r\n" + item.value() + "\r\nEND";
    }

    private String put(String key, String value, String answer) {
        if (items.containsKey(key)) {
            before.put(key, items.get(key));
        }
        items.put(key, new Item(value, ++cas));
        return answer;
    }

    private String cas(String[] words, String data, Item item) {
        if (item == null) {
            return "NOT_FOUND";
        }
        boolean fits = item.cas() == Long.parseLong(words[5]) || breaks(Fault.CAREFREE_CAS);
        return fits ? put(words[1], data, "STORED") : "EXISTS";
    }

    private String count(String key, long number, Item item) {
        String digits = Long.toString(number);
        String text = digits + " ".repeat(Math.max(0, item.value().length() - digits.length()));
        return put(key, text, digits);
    }

    private String delete(String key) {
        if (!breaks(Fault.UNDONE_DELETE)) {
            items.remove(key);
        }
        return "DELETED";
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
