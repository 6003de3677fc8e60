package io.kumo.protocol;

import io.kumo.base.Bytes;
import java.util.List;

/**
 * kumoctl to servers: backups, and records page by page. A backup is run by kumoctl: it begins at some servers, gives
 * each of them partitions to write, asks how far they are, and makes it whole at the end. One at a time on a server.
 */
public final class BackupMessages {
    private BackupMessages() {}

    /**
     * A backup begins here: its directory is made, and a file in it. REFUSED with what is wrong with the place.
     *
     * @param id random, of this run
     * @param directory where the backup's own directory is to be; empty for {@code backup} in the server's store
     * @param tableVersion the newest that kumoctl knows: a server that knows less waits for it
     * @param timeMs when the backup began, milliseconds since 1970
     * @param rateBytesPerSec bound of what is read here; 0 for none
     */
    public record BackupBegin(
            long id,
            String name,
            String directory,
            String cluster,
            int partitions,
            long tableVersion,
            long timeMs,
            long rateBytesPerSec)
            implements Call<BackupBegun> {
        public static final Method<BackupBegin, BackupBegun> METHOD =
                new Method<>(120, "BackupBegin", Callers.of(Role.OPERATOR), BackupBegin::decode, BackupBegun::decode);

        @Override
        public Method<BackupBegin, BackupBegun> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(8)
                    .put(id)
                    .put(name)
                    .put(directory)
                    .put(cluster)
                    .put(partitions)
                    .put(tableVersion)
                    .put(timeMs)
                    .put(rateBytesPerSec);
        }

        static BackupBegin decode(MessageReader in) {
            in.open();
            return in.close(new BackupBegin(
                    in.int64(), in.text(), in.text(), in.text(), in.int32(), in.int64(), in.int64(), in.int64()));
        }
    }

    /** Where that is: the directory of the backup. */
    public record BackupBegun(String path) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(1).put(path);
        }

        static BackupBegun decode(MessageReader in) {
            in.open();
            return in.close(new BackupBegun(in.text()));
        }
    }

    /** Partitions to be written by this server, of which it has copies in sync. */
    public record BackupAssign(long id, List<BackupTask> tasks) implements Call<Done> {
        public BackupAssign {
            tasks = List.copyOf(tasks);
        }

        public static final Method<BackupAssign, Done> METHOD =
                new Method<>(121, "BackupAssign", Callers.of(Role.OPERATOR), BackupAssign::decode, Done::decode);

        @Override
        public Method<BackupAssign, Done> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(2).put(id).put(tasks);
        }

        static BackupAssign decode(MessageReader in) {
            in.open();
            return in.close(new BackupAssign(in.int64(), in.list(BackupTask::decode)));
        }
    }

    /**
     * A partition to be written: changes since a moment, or all if that is seq 0 or no longer possible.
     *
     * @param sinceEpoch epoch of the entry at {@code sinceSeq}
     */
    public record BackupTask(int partition, long sinceEpoch, long sinceSeq) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(partition).put(sinceEpoch).put(sinceSeq);
        }

        static BackupTask decode(MessageReader in) {
            in.open();
            return in.close(new BackupTask(in.int32(), in.int64(), in.int64()));
        }
    }

    /**
     * How far is it? A backup that nobody asks about for a minute is given up.
     *
     * @param from leave out so many outcomes, which kumoctl has
     */
    public record BackupProgress(long id, int from) implements Call<BackupProgressResult> {
        public static final Method<BackupProgress, BackupProgressResult> METHOD = new Method<>(
                122, "BackupProgress", Callers.of(Role.OPERATOR), BackupProgress::decode, BackupProgressResult::decode);

        @Override
        public Method<BackupProgress, BackupProgressResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(2).put(id).put(from);
        }

        static BackupProgress decode(MessageReader in) {
            in.open();
            return in.close(new BackupProgress(in.int64(), in.int32()));
        }
    }

    /**
     * Of the partitions so far, in the order in which they ended.
     *
     * @param rawBytes that were read
     * @param storedBytes that were written
     */
    public record BackupProgressResult(List<BackupOutcome> outcomes, long rawBytes, long storedBytes)
            implements Message {
        public BackupProgressResult {
            outcomes = List.copyOf(outcomes);
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(outcomes).put(rawBytes).put(storedBytes);
        }

        static BackupProgressResult decode(MessageReader in) {
            in.open();
            return in.close(new BackupProgressResult(in.list(BackupOutcome::decode), in.int64(), in.int64()));
        }
    }

    /**
     * A partition that ended.
     *
     * @param piece its line in the manifest; empty if it could not be written here
     * @param failure why not
     */
    public record BackupOutcome(int partition, String piece, String failure) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(partition).put(piece).put(failure);
        }

        static BackupOutcome decode(MessageReader in) {
            in.open();
            return in.close(new BackupOutcome(in.int32(), in.text(), in.text()));
        }
    }

    /** No more partitions: the file ends, and survives a power cut. */
    public record BackupSeal(long id) implements Call<BackupSealed> {
        public static final Method<BackupSeal, BackupSealed> METHOD =
                new Method<>(123, "BackupSeal", Callers.of(Role.OPERATOR), BackupSeal::decode, BackupSealed::decode);

        @Override
        public Method<BackupSeal, BackupSealed> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(1).put(id);
        }

        static BackupSeal decode(MessageReader in) {
            in.open();
            return in.close(new BackupSeal(in.int64()));
        }
    }

    /**
     * The file.
     *
     * @param digest SHA-256 of its footer, hexadecimal
     */
    public record BackupSealed(String file, long bytes, String digest) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(file).put(bytes).put(digest);
        }

        static BackupSealed decode(MessageReader in) {
            in.open();
            return in.close(new BackupSealed(in.text(), in.int64(), in.text()));
        }
    }

    /** All files are there: the manifest is written, and the backup is whole. */
    public record BackupCommit(long id, Bytes manifest) implements Call<Done> {
        public static final Method<BackupCommit, Done> METHOD =
                new Method<>(124, "BackupCommit", Callers.of(Role.OPERATOR), BackupCommit::decode, Done::decode);

        @Override
        public Method<BackupCommit, Done> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(2).put(id).put(manifest);
        }

        static BackupCommit decode(MessageReader in) {
            in.open();
            return in.close(new BackupCommit(in.int64(), in.bytes()));
        }
    }

    /**
     * Deletes a backup, or ends one that is being written.
     *
     * @param directory as in BackupBegin
     */
    public record BackupDelete(String directory, String name) implements Call<BackupDeleted> {
        public static final Method<BackupDelete, BackupDeleted> METHOD = new Method<>(
                125, "BackupDelete", Callers.of(Role.OPERATOR), BackupDelete::decode, BackupDeleted::decode);

        @Override
        public Method<BackupDelete, BackupDeleted> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(2).put(directory).put(name);
        }

        static BackupDelete decode(MessageReader in) {
            in.open();
            return in.close(new BackupDelete(in.text(), in.text()));
        }
    }

    /** Whether there was one. */
    public record BackupDeleted(boolean existed) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(1).put(existed);
        }

        static BackupDeleted decode(MessageReader in) {
            in.open();
            return in.close(new BackupDeleted(in.bool()));
        }
    }

    /**
     * Which backups are here?
     *
     * @param directory as in BackupBegin
     */
    public record BackupList(String directory) implements Call<BackupListResult> {
        public static final Method<BackupList, BackupListResult> METHOD = new Method<>(
                126, "BackupList", Callers.of(Role.OPERATOR), BackupList::decode, BackupListResult::decode);

        @Override
        public Method<BackupList, BackupListResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(1).put(directory);
        }

        static BackupList decode(MessageReader in) {
            in.open();
            return in.close(new BackupList(in.text()));
        }
    }

    /** They, by name. */
    public record BackupListResult(List<BackupInfo> backups) implements Message {
        public BackupListResult {
            backups = List.copyOf(backups);
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(1).put(backups);
        }

        static BackupListResult decode(MessageReader in) {
            in.open();
            return in.close(new BackupListResult(in.list(BackupInfo::decode)));
        }
    }

    /**
     * One backup.
     *
     * @param manifest its manifest; empty if it is not whole
     * @param bytes of its files here
     */
    public record BackupInfo(String name, String path, Bytes manifest, long bytes) implements Message {
        @Override
        public void encode(MessageWriter out) {
            out.fields(4).put(name).put(path).put(manifest).put(bytes);
        }

        static BackupInfo decode(MessageReader in) {
            in.open();
            return in.close(new BackupInfo(in.text(), in.text(), in.bytes(), in.int64()));
        }
    }

    /**
     * Records of a partition in the order of their keys, as its primary has them now.
     *
     * @param after keys behind this one; empty for the first
     * @param maxBytes about how much to return; at least one record
     */
    public record ReadRecords(int partition, Bytes after, int maxBytes) implements Call<RecordsResult> {
        public static final Method<ReadRecords, RecordsResult> METHOD =
                new Method<>(127, "ReadRecords", Callers.of(Role.OPERATOR), ReadRecords::decode, RecordsResult::decode);

        @Override
        public Method<ReadRecords, RecordsResult> method() {
            return METHOD;
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(partition).put(after).put(maxBytes);
        }

        static ReadRecords decode(MessageReader in) {
            in.open();
            return in.close(new ReadRecords(in.int32(), in.bytes(), in.int32()));
        }
    }

    /**
     * A page of them.
     *
     * @param lastKey the next page begins behind it; empty if there is none
     * @param unreadable records that are damaged, and left out
     */
    public record RecordsResult(List<LogEntry> records, Bytes lastKey, long unreadable) implements Message {
        public RecordsResult {
            records = List.copyOf(records);
        }

        @Override
        public void encode(MessageWriter out) {
            out.fields(3).put(records).put(lastKey).put(unreadable);
        }

        static RecordsResult decode(MessageReader in) {
            in.open();
            return in.close(new RecordsResult(in.list(LogEntry::decode), in.bytes(), in.int64()));
        }
    }
}
