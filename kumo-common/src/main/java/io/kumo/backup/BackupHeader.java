package io.kumo.backup;

import io.kumo.base.Check;

/**
 * What a file of a backup says of itself first.
 *
 * @param name of the backup, as the operator gave it
 * @param id random, of this run of the backup: files with another one are not of the same backup
 * @param cluster id of the cluster
 * @param server that wrote the file; {@link #MERGED} for one that kumoctl made
 * @param partitions of the cluster, a power of two
 * @param tableVersion that the backup began with
 * @param timeMs when it began, milliseconds since 1970
 */
public record BackupHeader(
        String name, long id, String cluster, String server, int partitions, long tableVersion, long timeMs) {
    /** In the place of a server. */
    public static final String MERGED = "merged";

    /** What a key's partition is found by. */
    private static final String HASH = "xxh3-64";

    public BackupHeader {
        Check.argument(isName(name), "'%s' is no name for a backup: %s", name, NAME_RULE);
        Check.argument(Integer.bitCount(partitions) == 1 && partitions > 0, "%d partitions", partitions);
    }

    /** What {@link #isName} wants. */
    public static final String NAME_RULE = "1 to 64 letters, digits, '-', '_' and '.', the first one no '.' or '-'";

    /** Whether a backup may be called so: it is a directory's name too. */
    public static boolean isName(String text) {
        return text.matches("[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}");
    }

    FieldLine line() {
        return new FieldLine()
                .put("backup", name)
                .put("id", Long.toHexString(id))
                .put("cluster", cluster)
                .put("server", server)
                .put("partitions", partitions)
                .put("hash", HASH)
                .put("table-version", tableVersion)
                .put("time", timeMs);
    }

    static BackupHeader of(FieldLine line) {
        if (!line.text("hash").equals(HASH)) {
            throw new NumberFormatException("hash '" + line.text("hash") + "' is not known");
        }
        return new BackupHeader(
                line.text("backup"),
                line.hex("id"),
                line.text("cluster"),
                line.text("server"),
                line.index("partitions"),
                line.number("table-version"),
                line.number("time"));
    }
}
