package io.kumo.register.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.MessageReader;
import io.kumo.protocol.MessageWriter;
import io.kumo.register.AcceptorState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What a voter must not forget, in one small file: magic, format version, length, CRC32C, state. Written beside it,
 * fsynced, then renamed over it, so that a crash leaves the one or the other. Blocks: called on a worker, one call at a
 * time.
 */
final class AcceptorFile {
    private static final long MAGIC = 0x4b554d4f52454731L; // KUMOREG1
    private static final int FORMAT = 1;
    private static final int HEADER_BYTES = 20;
    private static final int MAX_BYTES = 256 << 20;

    private final Path path;
    private final Path temporary;
    private final Path directory;

    AcceptorFile(Path path) {
        this.path = path.toAbsolutePath();
        this.temporary = this.path.resolveSibling(this.path.getFileName() + ".new");
        this.directory = Optional.ofNullable(this.path.getParent())
                .orElseThrow(() -> new IllegalArgumentException(path + " is in no directory"));
    }

    /** Empty if there is no file; a KumoException if it can't be read, is damaged, or is of a newer format. */
    Optional<AcceptorState> read() {
        byte[] content;
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw damaged("is far too large");
            }
            content = Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failed("can't be read", e);
        }
        ByteBuffer header = ByteBuffer.wrap(content);
        if (content.length < HEADER_BYTES || header.getLong() != MAGIC) {
            throw damaged("is not what this program wrote");
        }
        int format = header.getInt();
        if (format != FORMAT) {
            throw new KumoException(
                    ErrorCode.CORRUPT,
                    "the register file " + path + " is of format " + format + ", this program reads " + FORMAT
                            + ": use the version of kumo that wrote it, or a newer one");
        }
        int length = header.getInt();
        int checksum = header.getInt();
        if (length != content.length - HEADER_BYTES || checksum != checksum(content, length)) {
            throw damaged("is damaged");
        }
        try {
            ByteBuf state = Unpooled.wrappedBuffer(content, HEADER_BYTES, length);
            return Optional.of(AcceptorState.decode(new MessageReader(state)));
        } catch (KumoException | IllegalStateException | IllegalArgumentException e) {
            throw damaged("is damaged (" + e.getMessage() + ")");
        }
    }

    /** Makes {@code state} durable before it returns. */
    void write(AcceptorState state) {
        ByteBuf out = Unpooled.buffer(4096);
        out.writeLong(MAGIC).writeInt(FORMAT).writeLong(0);
        state.encode(new MessageWriter(out));
        int length = out.readableBytes() - HEADER_BYTES;
        out.setInt(12, length).setInt(16, checksum(out.array(), length));
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer bytes = out.nioBuffer();
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true); // the new name
            }
        } catch (IOException e) {
            throw failed("can't be written", e);
        }
    }

    private static int checksum(byte[] content, int length) {
        CRC32C crc = new CRC32C();
        crc.update(content, HEADER_BYTES, length);
        return (int) crc.getValue();
    }

    private KumoException damaged(String what) {
        return new KumoException(
                ErrorCode.CORRUPT,
                "the register file " + path + " " + what + ": check the disk, then move the file away; this process"
                        + " then learns the table from the others, and votes again once they have decided without it");
    }

    private KumoException failed(String what, IOException cause) {
        return new KumoException(
                ErrorCode.STORE_FAILED,
                "the register file " + path + " " + what + " ("
                        + cause.getClass().getSimpleName() + ": " + cause.getMessage()
                        + "): check the directory's owner, rights and free space",
                cause);
    }
}
