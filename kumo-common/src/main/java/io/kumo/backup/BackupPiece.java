package io.kumo.backup;

/**
 * One partition in one file.
 *
 * @param since the entries begin behind this moment; {@link BackupPoint#START} if the partition is whole
 * @param at the partition is what it was at this moment
 * @param entries in the piece
 * @param rawBytes of the entries
 * @param offset of its first block in the file
 * @param storedBytes of its blocks
 * @param digest SHA-256 of its blocks, hexadecimal
 * @param note one word: why it is whole, or that it is not
 */
public record BackupPiece(
        int partition,
        BackupPoint since,
        BackupPoint at,
        long entries,
        long rawBytes,
        long offset,
        long storedBytes,
        String digest,
        String note) {
    /** All of the partition, as asked for. */
    public static final String WHOLE = "whole";
    /** What changed since the base. */
    public static final String CHANGES = "changes";
    /** Whole, as the log no longer reaches back to the base. */
    public static final String LOG_GONE = "whole-as-log-gone";
    /** Whole, as the base is of a history that was given up. */
    public static final String OTHER_HISTORY = "whole-as-other-history";

    public boolean isWhole() {
        return since.equals(BackupPoint.START);
    }

    FieldLine line() {
        return new FieldLine()
                .put("partition", partition)
                .put("since", since)
                .put("at", at)
                .put("entries", entries)
                .put("raw-bytes", rawBytes)
                .put("offset", offset)
                .put("stored-bytes", storedBytes)
                .put("sha256", digest)
                .put("note", note);
    }

    static BackupPiece of(FieldLine line) {
        return new BackupPiece(
                line.index("partition"),
                BackupPoint.parse(line.text("since")),
                BackupPoint.parse(line.text("at")),
                line.number("entries"),
                line.number("raw-bytes"),
                line.number("offset"),
                line.number("stored-bytes"),
                line.text("sha256"),
                line.text("note"));
    }

    /** As a line of a manifest. */
    public String text() {
        return line().toString();
    }

    /** Reads {@link #text}; NumberFormatException if it is none. */
    public static BackupPiece parse(String text) {
        return of(FieldLine.parse(text));
    }
}
