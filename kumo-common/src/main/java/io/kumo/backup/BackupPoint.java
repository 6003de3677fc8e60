package io.kumo.backup;

/** A moment of a partition: all its entries up to this one. Orders all moments of a partition, over failovers too. */
public record BackupPoint(long epoch, long seq) implements Comparable<BackupPoint> {
    /** Before the first entry. */
    public static final BackupPoint START = new BackupPoint(0, 0);

    @Override
    public int compareTo(BackupPoint other) {
        return epoch == other.epoch ? Long.compare(seq, other.seq) : Long.compare(epoch, other.epoch);
    }

    @Override
    public String toString() {
        return epoch + "/" + seq;
    }

    static BackupPoint parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length != 2) {
            throw new NumberFormatException("'" + text + "' is not EPOCH/SEQ");
        }
        return new BackupPoint(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
    }
}
