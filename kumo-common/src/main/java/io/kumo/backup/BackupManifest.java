package io.kumo.backup;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What a whole backup consists of; written last, beside each of its files, so that a backup without it is not whole.
 * Text, one line for each file and partition, the last one a checksum of those before it.
 *
 * @param header as the files have it, with {@link #ALL} in the place of the server
 * @param base name of the backup that this one continues; empty if it stands alone
 * @param files one for each server that wrote
 */
public record BackupManifest(BackupHeader header, String base, List<File> files) {
    /** Name of the file. */
    public static final String NAME = "manifest";
    /** In the place of a server. */
    public static final String ALL = "all";

    private static final String FIRST_LINE = "kumo-backup-manifest ";
    private static final String NONE = "-";
    private static final String CHECKSUM = "crc32c=";

    /**
     * A file.
     *
     * @param name in the directory of the manifest
     * @param server that wrote it, and has it unless all write to one place
     * @param bytes of the file
     * @param digest of its footer
     */
    public record File(String name, String server, long bytes, String digest, List<BackupPiece> pieces) {
        public File {
            pieces = List.copyOf(pieces);
        }
    }

    public BackupManifest {
        files = List.copyOf(files);
    }

    /** The moment of a partition that this backup has. */
    public Optional<BackupPoint> point(int partition) {
        for (File file : files) {
            for (BackupPiece piece : file.pieces()) {
                if (piece.partition() == partition) {
                    return Optional.of(piece.at());
                }
            }
        }
        return Optional.empty();
    }

    /** Entries in all files. */
    public long entries() {
        return files.stream()
                .flatMap(file -> file.pieces().stream())
                .mapToLong(BackupPiece::entries)
                .sum();
    }

    /** Bytes of all files. */
    public long bytes() {
        return files.stream().mapToLong(File::bytes).sum();
    }

    public Bytes encode() {
        StringBuilder text = new StringBuilder(FIRST_LINE + BackupFormat.VERSION + "\n");
        text.append(header.line().put("base", base.isEmpty() ? NONE : base)).append('\n');
        for (File file : files) {
            FieldLine line = new FieldLine()
                    .put("file", file.name())
                    .put("server", file.server())
                    .put("bytes", file.bytes())
                    .put("sha256", file.digest());
            text.append(line).append('\n');
            file.pieces().forEach(piece -> text.append(piece.text()).append('\n'));
        }
        byte[] before = text.toString().getBytes(StandardCharsets.UTF_8);
        return Bytes.utf8(text + CHECKSUM + checksum(before, before.length) + "\n");
    }

    private static String checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return Long.toHexString(0x1_0000_0000L | crc.getValue()).substring(1);
    }

    /** Reads {@link #encode}; CORRUPT, with the name, if it is damaged or of a newer format. */
    public static BackupManifest decode(String name, Bytes content) {
        String text = content.toUtf8();
        int last = text.lastIndexOf("\n" + CHECKSUM) + 1;
        int version = version(text);
        if (version > BackupFormat.VERSION) {
            throw BackupFormat.newer(name, version);
        }
        byte[] before = text.substring(0, last).getBytes(StandardCharsets.UTF_8);
        String expected = CHECKSUM + checksum(before, before.length) + "\n";
        if (version < 1 || !Bytes.utf8(text.substring(0, last) + expected).equals(content)) {
            throw new KumoException(ErrorCode.CORRUPT, name + ": damaged: it does not fit its checksum");
        }
        try {
            return parse(text.substring(0, last).split("\n"));
        } catch (IllegalArgumentException e) {
            throw new KumoException(ErrorCode.CORRUPT, name + ": damaged: " + e.getMessage(), e);
        }
    }

    private static int version(String text) {
        int end = text.indexOf('\n');
        String word = text.startsWith(FIRST_LINE) && end > 0 ? text.substring(FIRST_LINE.length(), end) : "";
        return word.matches("[0-9]{1,6}") ? Integer.parseInt(word) : 0;
    }

    private static BackupManifest parse(String[] lines) {
        FieldLine first = FieldLine.parse(lines[1]);
        List<File> files = new ArrayList<>();
        List<BackupPiece> pieces = new ArrayList<>();
        for (int i = lines.length - 1; i > 1; i--) {
            if (!lines[i].startsWith("file=")) {
                pieces.add(0, BackupPiece.parse(lines[i]));
                continue;
            }
            FieldLine line = FieldLine.parse(lines[i]);
            String name = line.text("file");
            if (!BackupHeader.isName(name)) {
                throw new IllegalArgumentException("'" + name + "' is no name of a file");
            }
            files.add(0, new File(name, line.text("server"), line.number("bytes"), line.text("sha256"), pieces));
            pieces = new ArrayList<>();
        }
        String base = first.text("base");
        return new BackupManifest(BackupHeader.of(first), base.equals(NONE) ? "" : base, files);
    }
}
