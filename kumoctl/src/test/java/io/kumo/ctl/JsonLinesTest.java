package io.kumo.ctl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kumo.base.Bytes;
import io.kumo.ctl.JsonLines.Item;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLinesTest {
    @Test
    void linesAreReadAsTheyWereWritten() {
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            byte[] key = new byte[1 + random.nextInt(250)];
            byte[] value = new byte[random.nextInt(300)];
            random.nextBytes(key);
            random.nextBytes(value);
            for (int at = 0; i % 2 == 0 && at < value.length; at++) {
                value[at] &= 0x7f;
            }
            Item item = new Item(Bytes.wrap(key), Bytes.wrap(value), random.nextInt(), random.nextInt(1 << 30));
            String line = JsonLines.line(item);
            assertFalse(line.contains("\n"), line);
            assertEquals(item, JsonLines.parse(line));
        }
    }

    @Test
    void textIsTextAndFlagsAreUnsigned() {
        Item item = new Item(Bytes.utf8("grüße"), Bytes.utf8("a \"b\"\r\n"), -1, 0);
        assertEquals(
                "{\"key\":\"grüße\",\"value\":\"a \\\"b\\\"\\r\\n\",\"flags\":4294967295,\"exptime\":0}",
                JsonLines.line(item));
        assertEquals(new Item(Bytes.utf8("a"), Bytes.EMPTY, 0, 0), JsonLines.parse("{\"key\":\"a\",\"value\":\"\"}"));
    }

    @Test
    void keysAreAsMemcachedDumpsThem() {
        assertEquals("mg a:1", JsonLines.mgdump(Bytes.utf8("a:1")));
        assertEquals("mg YSBi b", JsonLines.mgdump(Bytes.utf8("a b")));
        assertEquals("mg /w== b", JsonLines.mgdump(Bytes.wrap(new byte[] {-1})));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "[]",
                "{}",
                "{\"key\":\"a\"}",
                "{\"key\":\"\",\"value\":\"v\"}",
                "{\"key\":1,\"value\":\"v\"}",
                "{\"key\":\"a\",\"value\":\"v\",\"flags\":-1}",
                "{\"key\":\"a\",\"value\":\"v\",\"flags\":4294967296}",
                "{\"key\":\"a\",\"value\":\"v\",\"exptime\":99999999999999999999}",
                "{\"key\":\"a\",\"value\":\"v\",\"more\":1}",
                "{\"key\":\"a\",\"value\":{}}",
                "{\"key64\":\"*\",\"value\":\"v\"}",
                "{\"key\":\"a\",\"value\":\"v\"",
                "{\"key\":\"a\",\"value\":\"v\"} {}"
            })
    void anythingElseIsRefusedWithAReason(String line) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> JsonLines.parse(line), line);
        assertFalse(String.valueOf(refused.getMessage()).isEmpty());
    }
}
