package io.kumo.ctl;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.kumo.base.Bytes;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Records as JSON Lines: {@code {"key":"a","value":"text","flags":0,"exptime":0}}. What is not UTF-8 is in
 * {@code key64} and {@code value64} instead, as base64. Pure.
 */
public final class JsonLines {
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private static final int LONGEST_KEY = 250;
    private static final long MOST_FLAGS = 0xffffffffL;

    private JsonLines() {}

    /**
     * A record.
     *
     * @param flags 32 bits unsigned
     * @param exptime seconds since 1970, 0 for never
     */
    public record Item(Bytes key, Bytes value, int flags, long exptime) {}

    /** Without the end of the line. */
    public static String line(Item item) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            field(out, "key", item.key());
            field(out, "value", item.value());
            out.writeNumberField("flags", item.flags() & MOST_FLAGS);
            out.writeNumberField("exptime", item.exptime());
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void field(JsonGenerator out, String name, Bytes content) throws IOException {
        Optional<String> text = utf8(content);
        if (text.isPresent()) {
            out.writeStringField(name, text.get());
        } else {
            out.writeStringField(name + "64", Base64.getEncoder().encodeToString(content.unsafeArray()));
        }
    }

    private static Optional<String> utf8(Bytes content) {
        try {
            ByteBuffer bytes = content.asByteBuffer();
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** As memcached's {@code mgdump} prints keys: a command that reads the record. */
    public static String mgdump(Bytes key) {
        Optional<String> text = utf8(key);
        boolean isPlain = text.isPresent() && text.get().chars().allMatch(c -> c > ' ' && c < 0x7f);
        return isPlain ? "mg " + text.get() : "mg " + Base64.getEncoder().encodeToString(key.unsafeArray()) + " b";
    }

    /** Reads a line; IllegalArgumentException with what is wrong. */
    public static Item parse(String line) {
        try (JsonParser in = JSON.createParser(line)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("it is no JSON object");
            }
            Fields fields = new Fields();
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                fields.take(name, in.nextToken(), in.getText());
            }
            if (in.currentToken() != JsonToken.END_OBJECT || in.nextToken() != null) {
                throw new IllegalArgumentException("it is not one JSON object");
            }
            return fields.item();
        } catch (IOException e) {
            throw new IllegalArgumentException("it is no JSON object", e);
        }
    }

    /** What a line has. */
    private static final class Fields {
        private @Nullable Bytes key;
        private @Nullable Bytes value;
        private long flags;
        private long exptime;

        void take(String name, JsonToken token, String text) {
            boolean isText = token == JsonToken.VALUE_STRING;
            boolean isNumber = token == JsonToken.VALUE_NUMBER_INT;
            if (name.equals("key") && isText) {
                key = Bytes.utf8(text);
            } else if (name.equals("key64") && isText) {
                key = Bytes.wrap(Base64.getDecoder().decode(text));
            } else if (name.equals("value") && isText) {
                value = Bytes.utf8(text);
            } else if (name.equals("value64") && isText) {
                value = Bytes.wrap(Base64.getDecoder().decode(text));
            } else if (name.equals("flags") && isNumber) {
                flags = Long.parseLong(text);
            } else if (name.equals("exptime") && isNumber) {
                exptime = Long.parseLong(text);
            } else {
                throw new IllegalArgumentException("field '" + name + "' is not known, or not of this type");
            }
        }

        Item item() {
            Bytes itsKey = key;
            Bytes itsValue = value;
            if (itsKey == null || itsValue == null) {
                throw new IllegalArgumentException("it needs key (or key64) and value (or value64)");
            }
            if (itsKey.isEmpty() || itsKey.length() > LONGEST_KEY) {
                throw new IllegalArgumentException("a key has 1 to " + LONGEST_KEY + " bytes, not " + itsKey.length());
            }
            if (flags < 0 || flags > MOST_FLAGS) {
                throw new IllegalArgumentException("flags are 0 to " + MOST_FLAGS);
            }
            return new Item(itsKey, itsValue, (int) flags, exptime);
        }
    }
}
