package io.kumo.gateway.memcached;

import io.kumo.base.Bytes;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a client sent to memcached over one connection, and what it got. */
public record Conversation(String text, Bytes request, Bytes reply, boolean closed) {

    /** Those that were recorded with memcached. */
    public static List<Conversation> recorded() {
        List<Conversation> all = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Conversation.class.getResourceAsStream("conversations.txt"), StandardCharsets.UTF_8))) {
            String request = "";
            String reply = "";
            boolean closed = false;
            for (String line = lines.readLine(); ; line = lines.readLine()) {
                if (line == null || line.isEmpty()) {
                    if (!request.isEmpty()) {
                        all.add(new Conversation(request, bytes(request), bytes(reply), closed));
                    }
                    request = "";
                    closed = false;
                    if (line == null) {
                        return all;
                    }
                } else if (line.startsWith("> ")) {
                    request = line.substring(2);
                } else if (line.startsWith("< ")) {
                    reply = line.substring(2);
                } else if (line.equals("closed")) {
                    closed = true;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Bytes bytes(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int repeat = 1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                write(out, c, repeat);
                repeat = 1;
                continue;
            }
            c = text.charAt(++i);
            if (c == '{') {
                int end = text.indexOf('}', i);
                repeat = Integer.parseInt(text.substring(i + 1, end));
                i = end;
            } else if (c == '(') {
                int end = text.indexOf(')', i);
                int pairs = Integer.parseInt(text.substring(i + 1, end));
                for (int n = 0; n < pairs; n++) {
                    out.writeBytes(new byte[] {'x', ' '});
                }
                i = end + 2;
            } else if (c == 'x') {
                write(out, (char) Integer.parseInt(text.substring(i + 1, i + 3), 16), repeat);
                repeat = 1;
                i += 2;
            } else {
                write(out, c == 'r' ? '\r' : c == 'n' ? '\n' : c, repeat);
                repeat = 1;
            }
        }
        return Bytes.wrap(out.toByteArray());
    }

    private static void write(ByteArrayOutputStream out, char c, int count) {
        for (int i = 0; i < count; i++) {
            out.write(c);
        }
    }

    @Override
    public String toString() {
        return text.length() > 100 ? text.substring(0, 100) + "…" : text;
    }
}
