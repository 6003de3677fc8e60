package io.kumo.ctl.runtime;

import io.kumo.auth.UsersFile;
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

/**
 * Changes a users file as a whole: a new file beside it, readable by its owner only, takes its place once it is on
 * disk. As long as that one is there, nobody else changes the file.
 */
final class UsersFileEditor implements AutoCloseable {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path file;
    private final Path successor;
    private final FileChannel channel;
    private final UsersFile users;

    private UsersFileEditor(Path file, Path successor, FileChannel channel, UsersFile users) {
        this.file = file;
        this.successor = successor;
        this.channel = channel;
        this.users = users;
    }

    /** Fails with a KumoException whose text says what to do. */
    static UsersFileEditor open(String name) {
        Path file = Path.of(name);
        try {
            if (Files.exists(file)) {
                file = file.toRealPath(); // a link goes on to point there
            }
            Path successor = Path.of(file + ".new");
            FileChannel channel = FileChannel.open(
                    successor, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY);
            try {
                return new UsersFileEditor(file, successor, channel, read(file));
            } catch (IOException | RuntimeException e) {
                channel.close();
                Files.delete(successor);
                throw e;
            }
        } catch (FileAlreadyExistsException e) {
            throw new KumoException(
                    ErrorCode.REFUSED,
                    "somebody else is changing " + name + "; if that was interrupted, delete " + e.getFile(),
                    e);
        } catch (IllegalArgumentException e) {
            throw new KumoException(ErrorCode.REFUSED, name + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw failed(name, e);
        }
    }

    private static UsersFile read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return UsersFile.EMPTY;
        }
        if (Files.size(file) > UsersFile.MAX_BYTES) {
            throw new IllegalArgumentException("larger than " + UsersFile.MAX_BYTES + " bytes");
        }
        return UsersFile.parse(Files.readString(file));
    }

    /** What the file holds. */
    UsersFile users() {
        return users;
    }

    /** The file holds this from now on, also after a crash. */
    void write(UsersFile changed) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(changed.text().getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
            Files.move(successor, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            Path directory = file.toAbsolutePath().getParent();
            if (directory != null) {
                try (FileChannel names = FileChannel.open(directory)) {
                    names.force(true);
                }
            }
        } catch (IOException e) {
            throw failed(file.toString(), e);
        }
    }

    private static KumoException failed(String name, IOException e) {
        String why = e instanceof NoSuchFileException
                ? "there is no such directory"
                : e.getClass().getSimpleName() + ": " + e.getMessage();
        return new KumoException(ErrorCode.REFUSED, "cannot change " + name + ": " + why, e);
    }

    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(successor);
        } catch (IOException e) {
            throw failed(file.toString(), e);
        }
    }
}
