package io.kumo.server.store.runtime;

import io.kumo.server.store.SyncMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code log/meta}: under which boot of the host and which {@code --sync} the log was written, where a clean stop left
 * its end, and whether it has all that was ever acknowledged. A log that lost its end, in a power cut or after a clean
 * stop, stays "not intact" over restarts until the managers know, which {@link #settle} says.
 */
final class LogMeta {
    private static final Logger LOG = LoggerFactory.getLogger(LogMeta.class);
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private static final String NAME = "meta";

    private final Path directory;
    private final String bootId;
    private final SyncMode sync;
    private boolean isIntact;
    private boolean isOrderLost;
    private String cleanEnd = "";

    /**
     * Reads what the process before left.
     *
     * @param isUsed there are records: then a log without this file has lost all that it had
     */
    LogMeta(Path directory, SyncMode sync, String bootId, boolean isUsed) throws IOException {
        this.directory = directory;
        Path path = directory.resolve(NAME);
        this.sync = sync;
        this.bootId = bootId;
        if (!Files.exists(path)) {
            isIntact = !isUsed;
            return;
        }
        Map<String, String> values = SmallFile.read(path);
        boolean isSameBoot = !bootId.isEmpty() && bootId.equals(values.get("boot"));
        boolean isClean = "true".equals(values.get("clean"));
        String syncBefore = values.getOrDefault("sync", "");
        boolean wasComplete = isSameBoot || isClean || syncBefore.equals(SyncMode.ALWAYS.toString());
        isIntact = wasComplete && "true".equals(values.get("intact"));
        isOrderLost = !wasComplete && !syncBefore.equals(SyncMode.INTERVAL.toString());
        cleanEnd = isClean ? values.getOrDefault("end", "") : "";
    }

    /** The boot id of this host; empty where there is none: then every start is taken for one after a power cut. */
    static String bootId() throws IOException {
        return Files.isReadable(BOOT_ID)
                ? Files.readString(BOOT_ID, StandardCharsets.UTF_8).strip()
                : "";
    }

    /** Whether the log has all that was ever acknowledged. */
    boolean isIntact() {
        return isIntact;
    }

    /** Whether a checkpoint may have, or have foretold, what the log lost: a power cut, and nothing had been synced. */
    boolean isOrderLost() {
        return isOrderLost;
    }

    /** The log was opened, and ends there. */
    void opened(String end) {
        if (!cleanEnd.isEmpty() && !cleanEnd.equals(end)) {
            LOG.error("log has lost its end since the last stop path={} end={} expected={}", directory, end, cleanEnd);
            isIntact = false;
        }
    }

    /** Before the first append; everything that is in the log was synced. */
    void begin() throws IOException {
        write("", isIntact);
    }

    void settle() throws IOException {
        if (!isIntact) {
            write("", true);
            isIntact = true;
        }
    }

    /** At a stop after which everything is synced, and the log ends there. */
    void end(String end) throws IOException {
        write(end, isIntact);
    }

    private void write(String end, boolean intact) throws IOException {
        SmallFile.write(
                directory,
                NAME,
                Map.of(
                        "boot", bootId,
                        "sync", sync.toString(),
                        "clean", Boolean.toString(!end.isEmpty()),
                        "end", end,
                        "intact", Boolean.toString(intact)));
    }
}
