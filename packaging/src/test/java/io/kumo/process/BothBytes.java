package io.kumo.process;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** One request, as memcached and as kumo get it: the same but for cas uniques. */
final class BothBytes {
    private final ByteArrayOutputStream memcached = new ByteArrayOutputStream();
    private final ByteArrayOutputStream kumo = new ByteArrayOutputStream();

    BothBytes add(String text) {
        return add(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    BothBytes add(byte[] bytes) {
        memcached.writeBytes(bytes);
        kumo.writeBytes(bytes);
        return this;
    }

    BothBytes add(BothBytes more) {
        memcached.writeBytes(more.memcached());
        kumo.writeBytes(more.kumo());
        return this;
    }

    /** In digits. */
    BothBytes digits(CasPairs.Pair cas) {
        memcached.writeBytes(Long.toUnsignedString(cas.memcached()).getBytes(StandardCharsets.US_ASCII));
        kumo.writeBytes(Long.toUnsignedString(cas.kumo()).getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    /** In eight bytes. */
    BothBytes binary(CasPairs.Pair cas) {
        memcached.writeBytes(
                ByteBuffer.allocate(Long.BYTES).putLong(cas.memcached()).array());
        kumo.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(cas.kumo()).array());
        return this;
    }

    byte[] memcached() {
        return memcached.toByteArray();
    }

    byte[] kumo() {
        return kumo.toByteArray();
    }
}
