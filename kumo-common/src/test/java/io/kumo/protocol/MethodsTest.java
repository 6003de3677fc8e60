package io.kumo.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.error.KumoException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every message that there is. */
class MethodsTest {
    private static final Path GOLDEN = Path.of("src/test/resources/io/kumo/protocol/messages.txt");

    /** A message, by name, with what reads it. */
    record Case(String name, Message sample, Method.Decoder<? extends Message> decoder) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Methods.all().stream()
                .flatMap(each -> Stream.of(
                        new Case(
                                each.name(),
                                Methods.sample(each.call()),
                                each.method().request()),
                        new Case(
                                each.name() + " -> " + each.result().getSimpleName(),
                                Methods.sample(each.result()),
                                each.method().result())));
    }

    private static ByteBuf encode(Message message) {
        ByteBuf out = Unpooled.buffer();
        message.encode(new MessageWriter(out));
        return out;
    }

    @Test
    void everyNumberAndNameIsUsedOnceWithinItsRange() {
        Map<Object, Methods.Definition> seen = new HashMap<>();
        for (Methods.Definition each : Methods.all()) {
            assertNull(seen.put(each.method().number(), each), each.name());
            assertNull(seen.put(each.name(), each), each.name());
            assertTrue(each.method().number() > 0 && each.method().number() < 160, each.name());
            assertEquals(each.call().getSimpleName(), each.name());
        }
        assertFalse(seen.isEmpty());
    }

    @Test
    void bytesOfMessagesStayWhatTheyWereReleasedAs() throws IOException {
        StringBuilder text = new StringBuilder("# Number, message, bytes of a sample. Made by MethodsTest.\n");
        Map<String, Integer> numbers = new HashMap<>();
        Methods.all().forEach(each -> numbers.put(each.name(), each.method().number()));
        cases().forEach(each -> {
            int number = numbers.get(each.name().split(" ")[0]);
            text.append(number).append(' ').append(each.name()).append(": ");
            text.append(ByteBufUtil.hexDump(encode(each.sample()))).append('\n');
        });
        GoldenFile.check(GOLDEN, text.toString());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isReadAsItWasWritten(Case each) {
        ByteBuf bytes = encode(each.sample());
        assertEquals(each.sample(), each.decoder().decode(new MessageReader(bytes)));
        assertFalse(bytes.isReadable(), "bytes are left");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void skipsWhatANewerSenderAdded(Case each) {
        ByteBuf bytes = encode(each.sample());
        ByteBuf newer = Unpooled.buffer();
        MessageWriter writer = new MessageWriter(newer);
        int fields = arrayLength(bytes);
        writer.fields(fields + 3);
        newer.writeBytes(bytes);
        writer.put("new").put(-5).fields(2).nil().putTexts(List.of("deep"));
        assertEquals(each.sample(), each.decoder().decode(new MessageReader(newer)));
        assertFalse(newer.isReadable(), "bytes are left");
    }

    private static int arrayLength(ByteBuf bytes) {
        int tag = bytes.readUnsignedByte();
        return tag == 0xdc ? bytes.readUnsignedShort() : tag & 0x0f;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void takesAnOlderSendersMessageOrSaysWhyNot(Case each) {
        try {
            each.decoder().decode(new MessageReader(Unpooled.buffer().writeByte(0x90)));
        } catch (KumoException | IllegalArgumentException e) {
            // It needs what was never left out: an id, an address, a table.
            assertFalse(String.valueOf(e.getMessage()).isEmpty());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void damageIsRefusedOrReadButNeverWorse(Case each) {
        Random random = new Random(each.name().hashCode());
        for (int i = 0; i < 300; i++) {
            ByteBuf bytes = encode(each.sample());
            for (int flips = random.nextInt(4); flips >= 0 && bytes.isReadable(); flips--) {
                bytes.setByte(random.nextInt(bytes.writerIndex()), random.nextInt(256));
            }
            bytes.writerIndex(random.nextInt(bytes.writerIndex() + 1));
            try {
                each.decoder().decode(new MessageReader(bytes));
            } catch (KumoException | IllegalArgumentException | IllegalStateException e) {
                assertFalse(String.valueOf(e.getMessage()).isEmpty());
            }
        }
    }
}
