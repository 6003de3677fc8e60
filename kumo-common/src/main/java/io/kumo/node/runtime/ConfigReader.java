package io.kumo.node.runtime;

import io.kumo.config.ConfigFile;
import io.kumo.config.OptionParser;
import io.kumo.config.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Reads files of options from disk. */
final class ConfigReader {
    private static final int MOST_BYTES = 1 << 20;
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private ConfigReader() {}

    /** UsageException, with one line for each thing that is wrong, if the file can't be read or used. */
    static ConfigFile read(OptionParser program, String file) {
        String text = decode(program, file, bytes(program, file));
        return ConfigFile.of(program, file, text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text);
    }

    private static byte[] bytes(OptionParser program, String file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            bytes = in.readNBytes(MOST_BYTES + 1);
        } catch (IOException | InvalidPathException e) {
            throw new UsageException(program.program() + ": cannot read " + file + ": " + Failures.reason(e)
                    + "; --config names a file of options that this user may read");
        }
        if (bytes.length > MOST_BYTES) {
            throw new UsageException(program.program() + ": " + file
                    + " is larger than 1 MiB, so it is no file of options: name another with --config");
        }
        return bytes;
    }

    private static String decode(OptionParser program, String file, byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        if (decoder.decode(in, out, true).isError()) {
            int line = 1;
            for (int i = 0; i < in.position(); i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            throw new UsageException(
                    program.program() + ": " + file + ":" + line + ": this is not UTF-8: write the file in UTF-8");
        }
        return out.flip().toString();
    }
}
