package io.kumo.ctl.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Writes small files whole, secrets so that only their owner reads them; fails with a text for the operator. */
final class SecretFiles {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> ALL_READ =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--"));

    private SecretFiles() {}

    /** A new file that only its owner reads. */
    static void create(Path file, String text) {
        write(file, text, OWNER_ONLY);
    }

    /** A new file that all may read. */
    static void createPublic(Path file, String text) {
        write(file, text, ALL_READ);
    }

    /** A file that only its owner reads, in the place of what was there. */
    static void replace(Path file, String text) {
        Path successor = Path.of(file + ".new");
        write(successor, text, OWNER_ONLY);
        try {
            Files.move(successor, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static void write(Path file, String text, FileAttribute<?> mode) {
        try (FileChannel channel =
                FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        } catch (FileAlreadyExistsException e) {
            throw new KumoException(ErrorCode.REFUSED, file + " is there already; nothing is changed", e);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    static KumoException failed(Path file, IOException e) {
        String why = e instanceof NoSuchFileException
                ? "there is no such file or directory"
                : e.getClass().getSimpleName() + ": " + e.getMessage();
        return new KumoException(ErrorCode.REFUSED, file + ": " + why, e);
    }
}
