package io.kumo.base;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** An immutable string of bytes, equal by content and ordered as unsigned bytes. Safe to share between threads. */
public final class Bytes implements Comparable<Bytes> {
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] content;
    private int hash;

    private Bytes(byte[] content) {
        this.content = content;
    }

    /** Takes over {@code content} without a copy: the caller must never write to it again. */
    public static Bytes wrap(byte[] content) {
        return content.length == 0 ? EMPTY : new Bytes(content);
    }

    public static Bytes copyOf(byte[] content) {
        return wrap(content.clone());
    }

    public static Bytes copyOf(byte[] content, int offset, int length) {
        return wrap(Arrays.copyOfRange(content, offset, offset + length));
    }

    public static Bytes utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    public int length() {
        return content.length;
    }

    public boolean isEmpty() {
        return content.length == 0;
    }

    public byte at(int index) {
        return content[index];
    }

    /** The array itself, without a copy, for writing it somewhere. The caller must not change it. */
    public byte[] unsafeArray() {
        return content;
    }

    public byte[] toArray() {
        return content.clone();
    }

    public ByteBuffer asByteBuffer() {
        return ByteBuffer.wrap(content).asReadOnlyBuffer();
    }

    /** These bytes followed by {@code more}. */
    public Bytes concat(Bytes more) {
        byte[] joined = Arrays.copyOf(content, content.length + more.content.length);
        System.arraycopy(more.content, 0, joined, content.length, more.content.length);
        return wrap(joined);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(content, other.content);
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof Bytes bytes && Arrays.equals(content, bytes.content));
    }

    @Override
    public int hashCode() {
        int known = hash;
        if (known == 0) {
            known = Arrays.hashCode(content);
            hash = known; // a race writes the same value twice
        }
        return known;
    }

    public String toUtf8() {
        return new String(content, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return toUtf8();
    }
}
