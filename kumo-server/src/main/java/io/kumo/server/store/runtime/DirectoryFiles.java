package io.kumo.server.store.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.table.ServerId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@link StoreDirectory} on disk: {@code kumo.properties} (format, server, cluster) and {@code lock}. */
final class DirectoryFiles implements StoreDirectory, AutoCloseable {
    private static final int FORMAT = 1;
    private static final String PROPERTIES = "kumo.properties";

    private final Path path;
    private final ServerId serverId;
    private final long incarnation;
    private final FileChannel lock;
    private volatile @Nullable String clusterId;

    private DirectoryFiles(
            Path path, ServerId serverId, long incarnation, FileChannel lock, @Nullable String clusterId) {
        this.path = path;
        this.serverId = serverId;
        this.incarnation = incarnation;
        this.lock = lock;
        this.clusterId = clusterId;
    }

    static DirectoryFiles open(Path path) {
        try {
            if (Files.exists(path) && !Files.isDirectory(path)) {
                throw refused(path + " is not a directory: give the server another one with -s");
            }
            Files.createDirectories(path);
            if (!Files.isWritable(path)) {
                throw refused(path + " is not writable by this user: change its owner, or give another one with -s");
            }
        } catch (IOException e) {
            throw refused("can't use " + path + " as store directory: " + reason(e), e);
        }
        FileChannel lock = lock(path);
        try {
            return read(path, lock);
        } catch (IOException e) {
            release(lock);
            throw refused("can't use " + path + " as store directory: " + reason(e), e);
        } catch (RuntimeException e) {
            release(lock);
            throw e;
        }
    }

    private static DirectoryFiles read(Path path, FileChannel lock) throws IOException {
        SecureRandom random = new SecureRandom();
        Path properties = path.resolve(PROPERTIES);
        if (!Files.exists(properties)) {
            if (Files.exists(path.resolve("log")) || Files.exists(path.resolve("data"))) {
                throw refused(properties + " is missing, but there is data beside it: restore the file, or give the"
                        + " server an empty directory");
            }
            ServerId made = new ServerId(notZero(random));
            write(path, made, null);
            return new DirectoryFiles(path, made, notZero(random), lock, null);
        }
        Map<String, String> values = SmallFile.read(properties);
        String format = values.getOrDefault("format", "");
        if (!format.matches("[0-9]{1,9}") || Integer.parseInt(format) > FORMAT) {
            throw refused(path + " has format '" + format + "', this version of kumo knows up to " + FORMAT
                    + ": use the version that wrote it");
        }
        try {
            ServerId id = ServerId.parse(values.getOrDefault("server", ""));
            return new DirectoryFiles(path, id, notZero(random), lock, values.get("cluster"));
        } catch (IllegalArgumentException e) {
            throw refused(
                    properties + " is damaged (" + e.getMessage() + "): restore the file, or give the server an"
                            + " empty directory",
                    e);
        }
    }

    private static long notZero(SecureRandom random) {
        long value = random.nextLong();
        return value == 0 ? 1 : value;
    }

    private static FileChannel lock(Path path) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // held by this process: the same answer
        } catch (IOException e) {
            throw refused("can't lock " + path + ": " + reason(e), e);
        }
        release(channel);
        throw refused(path + " is in use by another kumo-server: stop that one, or give this one its own directory");
    }

    private static void release(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new KumoException(ErrorCode.STORE_FAILED, "can't unlock: " + reason(e), e);
        }
    }

    private static void write(Path path, ServerId server, @Nullable String cluster) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("format", Integer.toString(FORMAT));
        values.put("server", server.toString());
        if (cluster != null) {
            values.put("cluster", cluster);
        }
        SmallFile.write(path, PROPERTIES, values);
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public ServerId serverId() {
        return serverId;
    }

    @Override
    public long incarnation() {
        return incarnation;
    }

    @Override
    public Optional<String> clusterId() {
        return Optional.ofNullable(clusterId);
    }

    @Override
    public synchronized void joinCluster(String newClusterId) {
        String known = clusterId;
        if (newClusterId.equals(known)) {
            return;
        }
        if (known != null) {
            throw new KumoException(
                    ErrorCode.WRONG_CLUSTER,
                    path + " belongs to cluster " + known + ", the managers to cluster " + newClusterId
                            + ": name that cluster's managers, or give the server an empty directory");
        }
        try {
            write(path, serverId, newClusterId);
            clusterId = newClusterId;
        } catch (IOException e) {
            throw new KumoException(ErrorCode.STORE_FAILED, "can't write in " + path + ": " + reason(e), e);
        }
    }

    @Override
    public void close() {
        release(lock);
    }

    private static String reason(IOException e) {
        String kind = e.getClass().getSimpleName().replace("Exception", "");
        return e.getMessage() == null ? kind : kind + " " + e.getMessage();
    }

    private static KumoException refused(String text) {
        return new KumoException(ErrorCode.REFUSED, text);
    }

    private static KumoException refused(String text, Exception cause) {
        return new KumoException(ErrorCode.REFUSED, text, cause);
    }
}
