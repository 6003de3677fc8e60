package io.kumo.server.store.runtime;

import io.kumo.server.store.CheckpointMark;
import io.kumo.server.store.PartitionState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The file of checkpoint marks. Each transaction's marks are appended before it commits, so records may be found as the
 * last mark says or as the one before. Made short again at each open and when it has grown. On the checkpointing
 * thread.
 */
final class CheckpointMarks {
    private static final long LIMIT_BYTES = 4 << 20;

    private static final String NAME = "marks";

    private final Path directory;
    private final Map<Integer, CheckpointMark> newest = new HashMap<>();
    private final Map<Integer, CheckpointMark> before = new HashMap<>();
    /** What the marks appended last replaced. */
    private final List<Noted> undone = new ArrayList<>();

    private long undoneBytes;
    private FileChannel channel;

    private record Noted(
            int partition,
            @Nullable CheckpointMark newest,
            @Nullable CheckpointMark before) {}

    /** Those that the process before left in that directory. */
    CheckpointMarks(Path directory) throws IOException {
        this.directory = directory;
        Path path = directory.resolve(NAME);
        if (Files.exists(path)) {
            CheckpointMark.decodeAll(ByteBuffer.wrap(Files.readAllBytes(path))).forEach(this::note);
        }
        channel = rewrite();
    }

    /** What they say counts no more. */
    static void forget(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve(NAME));
    }

    private void note(CheckpointMark mark) {
        CheckpointMark last = newest.put(mark.partition(), mark);
        if (last != null) {
            before.put(mark.partition(), last);
        }
    }

    private FileChannel rewrite() throws IOException {
        List<CheckpointMark> all = new ArrayList<>(before.values());
        all.addAll(newest.values());
        Path made = directory.resolve(NAME + ".new");
        FileChannel out = FileChannel.open(
                made, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        write(out, CheckpointMark.encode(all));
        out.force(true);
        Files.move(made, directory.resolve(NAME), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        SmallFile.forceDirectory(directory);
        return out;
    }

    private static void write(FileChannel out, ByteBuffer content) throws IOException {
        while (content.hasRemaining()) {
            out.write(content);
        }
    }

    /** Before the transaction that leads to them commits. If it fails nothing was appended. */
    void append(List<CheckpointMark> marks) throws IOException {
        if (channel.position() > LIMIT_BYTES) {
            FileChannel old = channel;
            channel = rewrite();
            old.close();
        }
        long end = channel.position();
        try {
            write(channel, CheckpointMark.encode(marks));
        } catch (IOException e) {
            channel.truncate(end); // what comes after a torn frame would not be read
            throw e;
        }
        undoneBytes = end;
        undone.clear();
        for (CheckpointMark mark : marks) {
            undone.add(new Noted(mark.partition(), newest.get(mark.partition()), before.get(mark.partition())));
            note(mark);
        }
    }

    /** Forgets the last marks that were appended: their transaction did not commit, and others will follow instead. */
    void undo() throws IOException {
        channel.truncate(undoneBytes);
        for (Noted noted : undone) {
            put(newest, noted.partition(), noted.newest());
            put(before, noted.partition(), noted.before());
        }
        undone.clear();
    }

    private static void put(Map<Integer, CheckpointMark> marks, int partition, @Nullable CheckpointMark mark) {
        if (mark == null) {
            marks.remove(partition);
        } else {
            marks.put(partition, mark);
        }
    }

    /** Whether the records are as one of the last two marks says. */
    boolean fits(int partition, PartitionState state, long recordCount) {
        CheckpointMark last = newest.get(partition);
        CheckpointMark first = before.get(partition);
        if (last == null && recordCount == 0 && state.equals(PartitionState.EMPTY)) {
            return true; // never checkpointed
        }
        return (last != null && last.fits(state, recordCount)) || (first != null && first.fits(state, recordCount));
    }

    /** What the last checkpoint was about to leave; null if there was none. The log reaches it, or the records do. */
    @Nullable
    CheckpointMark newest(int partition) {
        return newest.get(partition);
    }

    /** Partitions that a mark speaks of. */
    List<Integer> partitions() {
        return List.copyOf(newest.keySet());
    }

    void sync() throws IOException {
        channel.force(false);
    }

    void close() throws IOException {
        channel.close();
    }
}
