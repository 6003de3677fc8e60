package io.kumo.packages.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Run by the build: compresses manual pages and changelogs in the trees of packages, each in place. As Debian's policy
 * wants it: as well as gzip can, said so in the header, and with no time, so that a build can be repeated.
 */
public final class CompressMain {
    private static final int FLAGS_AT = 8;
    private static final byte BEST_COMPRESSION = 2;

    private CompressMain() {}

    /** @param arguments the directory with a tree for each package */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            throw new IllegalArgumentException("wanted: DIRECTORY");
        }
        List<Path> files;
        try (Stream<Path> found = Files.walk(Path.of(arguments[0]))) {
            files = found.filter(Files::isRegularFile)
                    .filter(file -> isCompressed(file.toString()))
                    .toList();
        }
        for (Path file : files) {
            Files.write(Path.of(file + ".gz"), compressed(Files.readAllBytes(file)));
            Files.delete(file);
        }
    }

    private static boolean isCompressed(String path) {
        return path.contains("/usr/share/man/") || path.endsWith("/changelog.Debian");
    }

    static byte[] compressed(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new BestGzip(out)) {
            gzip.write(bytes);
        }
        byte[] result = out.toByteArray();
        result[FLAGS_AT] = BEST_COMPRESSION;
        return result;
    }

    /** Java's has the usual compression, and no way to ask for another. */
    private static final class BestGzip extends GZIPOutputStream {
        BestGzip(OutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_COMPRESSION);
        }
    }
}
