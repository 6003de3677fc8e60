package io.kumo.server.store.runtime;

import io.kumo.server.store.LogFrame;
import io.kumo.server.store.SegmentIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the segments of a log that another process left, cuts a torn tail and builds the index. At start, on one
 * thread.
 *
 * <p>A frame that is not sound is a torn tail if nothing sound follows it, or if the log may have lost its end in a
 * power cut: then the kernel may have written later pages and not earlier ones. Otherwise it is damage: it stays, is
 * told, and the sound frames behind it are used.
 */
final class LogOpener {
    private static final Logger LOG = LoggerFactory.getLogger(LogOpener.class);

    /**
     * Bytes of a segment that are not sound.
     *
     * @param partition whose entry it is, as far as that can be told; -1 if not
     */
    record Damage(long segment, String path, long from, long to, int partition) {}

    private final Path directory;
    private final boolean isComplete;
    private final LogFrame frames = new LogFrame();
    private final List<Damage> damages = new ArrayList<>();
    private long cutBytes;

    /** @param isComplete everything that counts is on disk, or the kernel has it; otherwise no sidecar is believed */
    LogOpener(Path directory, boolean isComplete) {
        this.directory = directory;
        this.isComplete = isComplete;
    }

    List<Damage> damages() {
        return damages;
    }

    long cutBytes() {
        return cutBytes;
    }

    /** Hands all segments to the log, oldest first. */
    void open(SegmentedLog log) throws IOException {
        List<Path> paths = paths();
        List<SegmentFile> files = new ArrayList<>();
        for (Path path : paths) {
            Optional<SegmentFile> file = SegmentFile.open(path);
            if (file.isPresent()) {
                files.add(file.get());
            } else {
                LOG.info("segment without a header removed path={}", path);
                Files.delete(path);
            }
        }
        long now = System.currentTimeMillis();
        boolean isCut = false;
        for (int i = 0; i < files.size(); i++) {
            SegmentFile file = files.get(i);
            if (isCut) {
                LOG.warn("segment after a torn one removed path={} bytes={}", file.path(), file.bytes());
                cutBytes += file.bytes();
                file.delete();
                continue;
            }
            boolean isLast = i == files.size() - 1;
            long cutBefore = cutBytes;
            SegmentIndex index = index(file, isLast);
            isCut = cutBytes > cutBefore;
            long endMs = isLast
                    ? Files.getLastModifiedTime(file.path()).toMillis()
                    : files.get(i + 1).startWallMs();
            log.adopt(file, index, endMs, Math.max(0, now - endMs));
        }
    }

    private List<Path> paths() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(path -> path.getFileName().toString().endsWith(SegmentFile.SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    private SegmentIndex index(SegmentFile file, boolean isLast) throws IOException {
        if (!isLast && isComplete) {
            Optional<SegmentIndex> sidecar = file.readSidecar();
            if (sidecar.isPresent()) {
                return sidecar.get();
            }
        }
        SegmentIndex index = new SegmentIndex();
        long end = file.scanInto(index, SegmentFile.HEADER_BYTES, frames);
        while (end < file.bytes()) {
            long next = isComplete ? file.nextSound(end, frames) : -1;
            if (next < 0 && (isLast || !isComplete)) {
                LOG.info("torn tail cut path={} at={} bytes={}", file.path(), end, file.bytes() - end);
                cutBytes += file.bytes() - end;
                file.cut(end);
                return index;
            }
            long to = next < 0 ? file.bytes() : next;
            damages.add(new Damage(file.number(), file.path().toString(), end, to, claimed(file, end, to)));
            LOG.error("log is damaged path={} from={} to={}", file.path(), end, to);
            end = next < 0 ? file.bytes() : file.scanInto(index, next, frames);
        }
        if (!isLast) {
            file.writeSidecar(index);
            index.forgetLocations();
        }
        return index;
    }

    /** The partition that a single damaged frame says it is of; -1 if it is not a single one. */
    private static int claimed(SegmentFile file, long from, long to) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(LogFrame.HEADER_BYTES + LogFrame.FIXED_BYTES);
        file.read(start, from);
        start.flip();
        boolean isOne = start.remaining() == start.capacity() && LogFrame.frameBytes(start, 0) == to - from;
        int partition = isOne ? LogFrame.partition(start, 0) : -1;
        return partition >= 0 && partition < SegmentIndex.PARTITION_LIMIT ? partition : -1;
    }
}
