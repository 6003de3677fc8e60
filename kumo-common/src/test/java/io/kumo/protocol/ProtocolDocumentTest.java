package io.kumo.protocol;

import io.kumo.error.ErrorCode;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Makes docs/PROTOCOL.md from the methods, their records and the comments above them. */
class ProtocolDocumentTest {
    private static final Path DOCUMENT = Path.of("../docs/PROTOCOL.md");
    private static final Pattern COMMENT =
            Pattern.compile("/\\*\\*((?:(?!\\*/).)*?)\\*/\\s*public\\s+record\\s+(\\w+)\\s*\\(", Pattern.DOTALL);

    private final Map<String, String> comments = new TreeMap<>();

    @Test
    void theDocumentSaysWhatTheCodeDoes() throws IOException {
        StringBuilder out = new StringBuilder(HEAD);
        out.append("\n## Errors\n\n| number | name | outcome | text |\n| --- | --- | --- | --- |\n");
        for (ErrorCode code : ErrorCode.values()) {
            out.append("| ")
                    .append(code.number())
                    .append(" | ")
                    .append(code.name())
                    .append(" | ");
            out.append(code.outcome()).append(" | ").append(code.text()).append(" |\n");
        }
        out.append("\n## Methods\n");
        Set<Class<?>> nested = new LinkedHashSet<>();
        for (Methods.Definition each : Methods.all()) {
            readComments(each.source());
            out.append("\n### ")
                    .append(each.method().number())
                    .append(' ')
                    .append(each.name())
                    .append("\n\n");
            append(out, each.call(), nested);
            out.append("\nCallers: ").append(each.method().callers()).append(".\n");
            if (each.result() == Done.class) {
                out.append("\nThe answer is empty.\n");
            } else {
                out.append("\nAnswer: **").append(each.result().getSimpleName()).append("**. ");
                append(out, each.result(), nested);
            }
        }
        out.append("\n## Values within messages\n");
        readComments(Path.of("src/main/java/io/kumo/protocol/LoadMessages.java"));
        readComments(Path.of("src/main/java/io/kumo/protocol/LogEntry.java"));
        readComments(Path.of("src/main/java/io/kumo/protocol/RecordDetails.java"));
        readComments(Path.of("src/main/java/io/kumo/protocol/WriteOptions.java"));
        readComments(Path.of("src/main/java/io/kumo/register/Ballot.java"));
        Set<Class<?>> written = new LinkedHashSet<>();
        while (written.size() < nested.size()) {
            for (Class<?> type : nested.stream()
                    .sorted(Comparator.comparing(Class::getSimpleName))
                    .toList()) {
                if (written.add(type)) {
                    out.append("\n### ").append(type.getSimpleName()).append("\n\n");
                    append(out, type, nested);
                }
            }
        }
        GoldenFile.check(DOCUMENT, out.toString());
    }

    private void readComments(Path source) throws IOException {
        Matcher matcher = COMMENT.matcher(Files.readString(source));
        while (matcher.find()) {
            comments.put(
                    matcher.group(2),
                    matcher.group(1).replaceAll("\\n\\s*\\*", " ").trim());
        }
    }

    private void append(StringBuilder out, Class<?> type, Set<Class<?>> nested) {
        String[] parts = comments.getOrDefault(type.getSimpleName(), "").split("@param ");
        out.append(plain(parts[0])).append('\n');
        Map<String, String> fields = new TreeMap<>();
        for (int i = 1; i < parts.length; i++) {
            int blank = parts[i].indexOf(' ');
            fields.put(parts[i].substring(0, blank), plain(parts[i].substring(blank)));
        }
        if (type.getRecordComponents().length > 0) {
            out.append("\n| field | type | |\n| --- | --- | --- |\n");
        }
        for (RecordComponent component : type.getRecordComponents()) {
            out.append("| ").append(component.getName()).append(" | ");
            out.append(typeName(component.getGenericType(), nested)).append(" | ");
            out.append(fields.getOrDefault(component.getName(), "")).append(" |\n");
        }
    }

    private static String plain(String comment) {
        return comment.replaceAll("\\{@(?:link|code) #?([^}]*)\\}", "`$1`")
                .replaceAll("</?p>", "")
                .replaceAll("\\s+", " ")
                .replace("|", "\\|")
                .trim();
    }

    private static String typeName(Type type, Set<Class<?>> nested) {
        if (type instanceof ParameterizedType generic) {
            String element = typeName(generic.getActualTypeArguments()[0], nested);
            return generic.getRawType() == Optional.class ? element + ", empty if absent" : "list of " + element;
        }
        Class<?> simple = (Class<?>) type;
        if (Message.class.isAssignableFrom(simple)) {
            nested.add(simple);
            return simple.getSimpleName();
        } else if (simple.isEnum()) {
            return "number (" + simple.getSimpleName() + ")";
        }
        return switch (simple.getSimpleName()) {
            case "int", "long" -> "integer";
            case "boolean" -> "boolean";
            case "String" -> "string";
            case "Bytes" -> "bytes";
            case "ServerId" -> "integer (server id)";
            case "HostPort" -> "string (HOST:PORT)";
            case "ClusterTable" -> "bytes (a table as TableCodec writes it)";
            default -> throw new AssertionError(simple);
        };
    }

    private static final String HEAD = """
            # The protocol between kumo's processes

            This page is made by `ProtocolDocumentTest` from the definitions in the code; do not edit it.

            A connection is TCP (optionally TLS) and carries frames both ways: four bytes of length, highest first, then one
            [MessagePack](https://msgpack.org) value of that length. A frame above the receiver's limit (16 MiB unless
            configured) closes the connection before it is read. A value is one of MessagePack-RPC's messages:

            | message | form |
            | --- | --- |
            | request | `[0, id, method, parameters]` |
            | answer | `[1, id, nil, result]` or `[1, id, [code, text, table version], nil]` |
            | notice | `[2, method, parameters]`: nobody answers |

            `method` is a number; parameters and result are arrays of the fields below, in that order. Both ends may call. The
            first message, from the end that made the connection, is a request `Hello`; nothing else is taken before it. The table version
            in an error is the newest that the answerer knows: who has an older one asks it with `TableGet`.

            "Callers" says which roles may call a method; the others get NOT_ALLOWED. Without a cluster key and without TLS a
            role is what the peer's `Hello` says, with them it is what the peer proved ([SECURITY.md](SECURITY.md)).

            A number of a method and the place of a field, once released, are never reused. New fields go to the end: who does
            not know them skips them, who misses them takes zero, false or empty. So old and new versions work together.
            """;
}
