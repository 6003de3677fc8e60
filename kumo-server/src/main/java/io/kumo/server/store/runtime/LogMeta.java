package io.kumo.server.store.runtime;

import io.kumo.server.store.SyncMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * {@code log/meta}: under which boot of the host and which {@code --sync} the log was written, and whether it has all
 * that was ever acknowledged. A log that lost its end in a power cut stays "not intact" over restarts until the
 * managers know, which {@link #settle} says.
 */
final class LogMeta {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private static final String NAME = "meta";

    private final Path directory;
    private final String bootId;
    private final SyncMode sync;
    private boolean isIntact;

    /** Reads what the process before left. */
    LogMeta(Path directory, SyncMode sync, String bootId) throws IOException {
        this.directory = directory;
        Path path = directory.resolve(NAME);
        this.sync = sync;
        this.bootId = bootId;
        if (!Files.exists(path)) {
            isIntact = true;
            return;
        }
        Map<String, String> values = SmallFile.read(path);
        boolean isSameBoot = !bootId.isEmpty() && bootId.equals(values.get("boot"));
        boolean wasComplete = isSameBoot
                || "true".equals(values.get("clean"))
                || SyncMode.ALWAYS.toString().equals(values.get("sync"));
        isIntact = wasComplete && "true".equals(values.get("intact"));
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

    /** Before the first append; everything that is in the log was synced. */
    void begin() throws IOException {
        write(false, isIntact);
    }

    void settle() throws IOException {
        if (!isIntact) {
            write(false, true);
            isIntact = true;
        }
    }

    /** At a stop after which everything is synced. */
    void end() throws IOException {
        write(true, isIntact);
    }

    private void write(boolean isClean, boolean intact) throws IOException {
        SmallFile.write(
                directory,
                NAME,
                Map.of(
                        "boot", bootId,
                        "sync", sync.toString(),
                        "clean", Boolean.toString(isClean),
                        "intact", Boolean.toString(intact)));
    }
}
