package io.kumo.gateway.memcached;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Parser and replies over a map of records, beside what memcached said. */
class TalkTest {
    static List<Conversation> conversations() {
        return Conversation.ofTextProtocols();
    }

    static IntStream seeds() {
        return IntStream.range(0, 20);
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void answersAsMemcachedDid(Conversation conversation) {
        Talk talk = new Talk();
        talk.hear(conversation.request().unsafeArray());
        assertSame(conversation, talk);
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void answersTheSameWhereverTheRequestIsSplit(Conversation conversation) {
        byte[] request = conversation.request().unsafeArray();
        int step = Math.max(1, request.length / (request.length > 100_000 ? 20 : 300));
        for (int at = 0; at <= request.length; at += step) {
            Talk talk = new Talk();
            talk.hear(request, 0, at);
            talk.hear(request, at, request.length);
            assertSame(conversation, talk);
        }
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void answersTheSameByteByByte(Conversation conversation) {
        byte[] request = conversation.request().unsafeArray();
        int step = request.length > 10_000 ? 997 : 1;
        Talk talk = new Talk();
        for (int at = 0; at < request.length; at += step) {
            talk.hear(request, at, Math.min(request.length, at + step));
        }
        assertSame(conversation, talk);
    }

    @Test
    void asksTheParserAboutALargeValueOnlyOnceItIsThere() {
        Talk talk = new Talk();
        talk.hear("set a 0 0 1000000\r\n".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 1000; i++) {
            talk.hear(new byte[1000]);
        }
        talk.hear("\r\nmn\r\n".getBytes(StandardCharsets.US_ASCII));
        assertEquals("STORED\r\nMN\r\n", talk.said());
        assertTrue(talk.parses() <= 4, () -> talk.parses() + " times");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void survivesRandomBytesInBoundedMemory(int seed) {
        Random random = new Random(seed);
        Talk talk = new Talk();
        int heard = 0;
        while (heard < 1 << 20) {
            byte[] noise = new byte[1 + random.nextInt(5000)];
            random.nextBytes(noise);
            if (seed % 2 == 0) {
                weaveWords(noise, random);
            }
            heard += noise.length;
            talk.hear(noise);
            assertTrue(talk.held() <= Talk.MAX_VALUE_BYTES + 10_000, "too much is held");
            if (talk.isClosed()) {
                talk = new Talk();
            }
        }
    }

    /** Noise that gets further than the first line. */
    private static void weaveWords(byte[] noise, Random random) {
        List<String> words = Stream.of(
                        "get ", "set a 0 0 ", "\r\n", " 12\r\n", "delete ", "incr a ", "noreply", "gat 1 ")
                .toList();
        for (int i = 0; i < noise.length; i += 1 + random.nextInt(20)) {
            byte[] word = words.get(random.nextInt(words.size())).getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(word, 0, noise, i, Math.min(word.length, noise.length - i));
        }
    }

    private static void assertSame(Conversation conversation, Talk talk) {
        assertEquals(new String(conversation.reply().unsafeArray(), StandardCharsets.ISO_8859_1), talk.said());
        assertEquals(conversation.closed(), talk.isClosed(), "closed");
    }
}
