package io.kumo.gateway.memcached;

import io.kumo.base.Bytes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a client sent to memcached over one connection, and what it got; or, where kumo differs on purpose, what a
 * gateway answers.
 */
public record Conversation(String text, Bytes request, Bytes reply, boolean closed) {
    static final List<String> FILES = List.of(
            "conversations.txt", "conversations-text.txt", "conversations-meta.txt", "conversations-binary.txt");

    /** Those that were recorded with memcached. */
    public static List<Conversation> recorded() {
        List<Conversation> all = new ArrayList<>();
        FILES.forEach(file -> all.addAll(read(file)));
        return all;
    }

    /** The same without those that begin in the binary protocol. */
    static List<Conversation> ofTextProtocols() {
        return recorded().stream()
                .filter(conversation -> !conversation.isBinary())
                .toList();
    }

    public boolean isBinary() {
        return request.unsafeArray()[0] == (byte) BinaryParser.MAGIC;
    }

    /** Bytes as the files have them. */
    public static String written(byte[] bytes) {
        return Script.written(bytes);
    }

    private static List<Conversation> read(String file) {
        List<Conversation> all = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(Conversation.class.getResourceAsStream(file), StandardCharsets.UTF_8))) {
            String request = "";
            String reply = "";
            boolean closed = false;
            for (String line = lines.readLine(); ; line = lines.readLine()) {
                if (line == null || line.isEmpty()) {
                    if (!request.isEmpty()) {
                        all.add(new Conversation(request, Script.bytes(request), Script.bytes(reply), closed));
                    }
                    request = "";
                    closed = false;
                    if (line == null) {
                        return all;
                    }
                } else if (line.startsWith("> ")) {
                    request = line.substring(2);
                } else if (line.startsWith("< ") || line.startsWith("= ")) {
                    reply = line.substring(2);
                    closed = false;
                } else if (line.equals("closed")) {
                    closed = true;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return text.length() > 100 ? text.substring(0, 100) + "…" : text;
    }
}
