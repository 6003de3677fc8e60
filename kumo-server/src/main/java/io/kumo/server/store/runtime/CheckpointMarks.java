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

/**
 * The file of checkpoint marks. Each transaction's marks are appended before it commits, so records may be found as the
 * last mark says or as the one before. Made short again at each open and when it has grown. On the checkpointing
 * thread.
 */
final class CheckpointMarks {
    private static final long LIMIT_BYTES = 4 << 20;

    private final Path path;
    private final Map<Integer, CheckpointMark> newest = new HashMap<>();
    private final Map<Integer, CheckpointMark> before = new HashMap<>();
    private FileChannel channel;

    CheckpointMarks(Path path) throws IOException {
        this.path = path;
        if (Files.exists(path)) {
            CheckpointMark.decodeAll(ByteBuffer.wrap(Files.readAllBytes(path))).forEach(this::note);
        }
        channel = rewrite();
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
        Path made = path.resolveSibling(path.getFileName() + ".new");
        FileChannel out = FileChannel.open(
                made, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        write(out, CheckpointMark.encode(all));
        out.force(true);
        Files.move(made, path, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        return out;
    }

    private static void write(FileChannel out, ByteBuffer content) throws IOException {
        while (content.hasRemaining()) {
            out.write(content);
        }
    }

    /** Before the transaction that leads to them commits. */
    void append(List<CheckpointMark> marks) throws IOException {
        marks.forEach(this::note);
        if (channel.position() > LIMIT_BYTES) {
            channel.close();
            channel = rewrite();
        } else {
            write(channel, CheckpointMark.encode(marks));
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

    /** Seq of the last checkpoint that was about to commit; 0 for none. */
    long newestSeq(int partition) {
        CheckpointMark last = newest.get(partition);
        return last == null ? 0 : last.seq();
    }

    /** Seq of the last checkpoint that certainly did commit; 0 for none. */
    long committedSeq(int partition) {
        CheckpointMark first = before.get(partition);
        return first == null ? 0 : first.seq();
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
