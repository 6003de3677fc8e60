package io.kumo.backup;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What all files of backups have in common. */
public final class BackupFormat {
    /** Written; files of a higher one are refused. */
    public static final int VERSION = 1;
    /** Ends the name of a file of entries. */
    public static final String SUFFIX = ".kumobackup";

    static final byte[] MAGIC = "KUMOBKUP".getBytes(StandardCharsets.US_ASCII);
    static final byte[] END_MAGIC = "KUMOBEND".getBytes(StandardCharsets.US_ASCII);
    /** Magic and version. */
    static final int PREFIX_BYTES = 10;
    /** Offset of the footer, magic. */
    static final int TRAILER_BYTES = 16;
    /** In the place of a partition, in blocks that are of none. */
    static final int NO_PARTITION = -1;

    private BackupFormat() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest);
    }

    static KumoException newer(String file, int version) {
        return new KumoException(
                ErrorCode.CORRUPT,
                file + " has format " + version + ", this version of kumo knows up to " + VERSION
                        + ": use the version that wrote it");
    }
}
