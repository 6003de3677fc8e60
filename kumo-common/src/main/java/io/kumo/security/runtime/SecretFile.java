package io.kumo.security.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A file that an option names, read at once and bounded; every failure is one line for the operator. */
public final class SecretFile {
    private static final Set<PosixFilePermission> FORBIDDEN =
            Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.GROUP_WRITE);

    private SecretFile() {}

    /** The bytes of a file that others may not read. */
    public static byte[] readSecret(String option, String file, int maxBytes) {
        byte[] content = read(option, file, maxBytes);
        try {
            Path path = Path.of(file);
            if (Files.getFileStore(path).supportsFileAttributeView("posix")
                    && Files.getPosixFilePermissions(path).stream().anyMatch(FORBIDDEN::contains)) {
                throw refused(
                        option, file, "others than its owner and group can read or change it: chmod 600 it", null);
            }
        } catch (IOException e) {
            throw refused(option, file, "cannot be read: " + e.getMessage(), e);
        }
        return content;
    }

    /** The bytes of a file that anybody may read. */
    static byte[] read(String option, String file, int maxBytes) {
        try {
            Path path = Path.of(file);
            if (Files.size(path) > maxBytes) {
                throw refused(option, file, "larger than " + maxBytes + " bytes", null);
            }
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw refused(option, file, "no such file", e);
        } catch (AccessDeniedException e) {
            throw refused(option, file, "permission denied", e);
        } catch (IOException e) {
            throw refused(option, file, "cannot be read: " + e.getMessage(), e);
        }
    }

    static KumoException refused(String option, String file, String why, @Nullable Throwable cause) {
        String text = option + " " + file + ": " + why;
        return cause == null
                ? new KumoException(ErrorCode.REFUSED, text)
                : new KumoException(ErrorCode.REFUSED, text, cause);
    }
}
