package io.kumo.gateway.memcached;

import io.kumo.base.Bytes;

/**
 * A command line cut at its spaces, as memcached does it: up to 23 words, a NUL ends the line. Holds one line at a time
 * and is reused for the next; not thread-safe.
 */
final class Tokens {
    /** memcached looks at no more words of a line, but for the keys of a get. */
    static final int MOST = 23;

    private final int[] starts = new int[MOST];
    private final int[] ends = new int[MOST];
    private byte[] line = new byte[0];
    private int lineEnd;
    private int count;
    private long number;

    /** Cuts {@code newLine} from 0 to {@code length}. */
    void cut(byte[] newLine, int length) {
        line = newLine;
        lineEnd = 0;
        while (lineEnd < length && newLine[lineEnd] != 0) {
            lineEnd++;
        }
        count = 0;
        int at = 0;
        while (count < MOST) {
            while (at < lineEnd && newLine[at] == ' ') {
                at++;
            }
            if (at == lineEnd) {
                return;
            }
            starts[count] = at;
            while (at < lineEnd && newLine[at] != ' ') {
                at++;
            }
            ends[count++] = at;
        }
    }

    /** Words, at most {@link #MOST}. */
    int count() {
        return count;
    }

    int length(int index) {
        return ends[index] - starts[index];
    }

    byte first(int index) {
        return line[starts[index]];
    }

    byte at(int index, int offset) {
        return line[starts[index] + offset];
    }

    Bytes bytes(int index) {
        return Bytes.copyOf(line, starts[index], length(index));
    }

    boolean is(int index, byte[] word) {
        return length(index) == word.length && startsWith(index, word);
    }

    boolean startsWith(int index, byte[] word) {
        if (length(index) < word.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (line[starts[index] + i] != word[i]) {
                return false;
            }
        }
        return true;
    }

    /** Words from {@code index} to the end of the line, with no limit. */
    int countFrom(int index) {
        int words = 0;
        for (int at = nextWord(starts[index]); at < lineEnd; at = nextWord(wordEnd(at))) {
            words++;
        }
        return words;
    }

    /** Where a word begins, at {@code at} or later; {@link #lineEnd} if there is none. */
    int nextWord(int at) {
        int next = at;
        while (next < lineEnd && line[next] == ' ') {
            next++;
        }
        return next;
    }

    int wordEnd(int start) {
        int end = start;
        while (end < lineEnd && line[end] != ' ') {
            end++;
        }
        return end;
    }

    int start(int index) {
        return starts[index];
    }

    Bytes slice(int start, int end) {
        return Bytes.copyOf(line, start, end - start);
    }

    /** The line from that word to its end; empty if there is no such word. */
    Bytes from(int index) {
        return index < count ? Bytes.copyOf(line, starts[index], lineEnd - starts[index]) : Bytes.EMPTY;
    }

    /** What {@link #readUnsigned} or {@link #readSigned} found. */
    long number() {
        return number;
    }

    /**
     * Reads a decimal number below 2^64 as C's strtoull does: white space and a sign before it, white space and
     * anything after it. A negative one is only taken if its value modulo 2^64 looks positive, as memcached has it.
     */
    boolean readUnsigned(int index) {
        return readUnsigned(index, 0);
    }

    /** {@link #readUnsigned(int)} without the word's first {@code skipped} characters. */
    boolean readUnsigned(int index, int skipped) {
        int at = skipSpace(starts[index] + skipped, ends[index]);
        boolean negative = at < ends[index] && line[at] == '-';
        at += negative || (at < ends[index] && line[at] == '+') ? 1 : 0;
        long value = 0;
        int digits = 0;
        for (; at < ends[index] && line[at] >= '0' && line[at] <= '9'; at++, digits++) {
            int digit = line[at] - '0';
            if (digits >= 19 && Long.compareUnsigned(value, Long.divideUnsigned(-1L - digit, 10)) > 0) {
                return false;
            }
            value = value * 10 + digit;
        }
        number = negative ? -value : value;
        return digits > 0 && isEnd(at, ends[index]) && !(number < 0 && negative);
    }

    /** Reads a decimal number of 64 bits as C's strtol does. */
    boolean readSigned(int index) {
        return readSigned(index, 0);
    }

    /** {@link #readSigned(int)} without the word's first {@code skipped} characters. */
    boolean readSigned(int index, int skipped) {
        int at = skipSpace(starts[index] + skipped, ends[index]);
        boolean negative = at < ends[index] && line[at] == '-';
        at += negative || (at < ends[index] && line[at] == '+') ? 1 : 0;
        long value = 0; // kept negative: there is one more of these
        int digits = 0;
        for (; at < ends[index] && line[at] >= '0' && line[at] <= '9'; at++, digits++) {
            int digit = line[at] - '0';
            if (value < (Long.MIN_VALUE + digit) / 10) {
                return false;
            }
            value = value * 10 - digit;
        }
        number = negative ? value : -value;
        return digits > 0 && isEnd(at, ends[index]) && (negative || value != Long.MIN_VALUE);
    }

    private int skipSpace(int start, int end) {
        int at = start;
        while (at < end && isSpace(line[at])) {
            at++;
        }
        return at;
    }

    private boolean isEnd(int at, int end) {
        return at == end || isSpace(line[at]);
    }

    private static boolean isSpace(byte character) {
        return character == ' ' || (character >= '\t' && character <= '\r');
    }
}
