package io.kumo.ctl;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Makes JSON for scripts. */
final class JsonText {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonText() {}

    /** Writes one value. */
    @FunctionalInterface
    interface Content {
        void write(JsonGenerator out) throws IOException;
    }

    /** In one line, without its end. */
    static String line(Content content) {
        return text(content, false);
    }

    /** Over several lines, ended. */
    static String pretty(Content content) {
        return text(content, true) + "\n";
    }

    private static String text(Content content, boolean isPretty) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            if (isPretty) {
                out.useDefaultPrettyPrinter();
            }
            content.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException("a string can't fail to be written", e);
        }
        return text.toString();
    }

    /** Numbers and truth values as such, the rest as a string. */
    static void writeValue(JsonGenerator out, String value) throws IOException {
        if (value.matches("-?[0-9]{1,18}")) {
            out.writeNumber(Long.parseLong(value));
        } else if (value.equals("true") || value.equals("false")) {
            out.writeBoolean(value.equals("true"));
        } else {
            out.writeString(value);
        }
    }
}
