package io.kumo.gateway.memcached;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What memcached says to commands about its own memory and threads where these are turned off or fail: a gateway has no
 * such thing, and clients and monitors survive the lines that they know.
 */
final class Refusals {
    private static final byte[] SLABS = ascii("slabs");
    private static final byte[] REASSIGN = ascii("reassign");
    private static final byte[] AUTOMOVE = ascii("automove");
    private static final byte[] SHUTDOWN = ascii("shutdown");
    private static final byte[] CACHE_MEMLIMIT = ascii("cache_memlimit");
    private static final byte[] NOREPLY = ascii("noreply");
    private static final byte[] LRU_CRAWLER = ascii("lru_crawler");
    private static final byte[] METADUMP = ascii("metadump");
    private static final byte[] ENABLE = ascii("enable");
    private static final byte[] DISABLE = ascii("disable");
    private static final byte[] WATCH = ascii("watch");
    private static final byte[] REFRESH_CERTS = ascii("refresh_certs");
    private static final long LEAST_MEGABYTES = 8;
    private static final long MOST_MEGABYTES = 1_000_000_000;

    private Refusals() {}

    /** The line for these words, empty for silence; null if memcached has no such command. */
    static @Nullable String of(Tokens words) {
        if (words.is(0, SHUTDOWN)) {
            return "ERROR: shutdown not enabled";
        } else if (words.is(0, WATCH)) {
            return "CLIENT_ERROR watch commands not allowed";
        } else if (words.is(0, REFRESH_CERTS)) {
            return "CLIENT_ERROR certificates are read again on SIGHUP";
        } else if (words.count() < 2) {
            return null;
        } else if (words.is(0, CACHE_MEMLIMIT)) {
            return memoryLimit(words);
        } else if (words.is(0, SLABS)) {
            return slabs(words);
        }
        return words.is(0, LRU_CRAWLER) ? crawler(words) : null;
    }

    private static @Nullable String memoryLimit(Tokens words) {
        if (!words.readUnsigned(1)) {
            return null;
        }
        long megabytes = words.number();
        if (words.is(words.count() - 1, NOREPLY)) {
            return "";
        } else if (megabytes >= 0 && megabytes < LEAST_MEGABYTES) {
            return "MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m";
        }
        return megabytes < 0 || megabytes > MOST_MEGABYTES
                ? "MEMLIMIT_ADJUST_FAILED input value is megabytes not bytes"
                : "MEMLIMIT_ADJUST_FAILED out of bounds or unable to adjust";
    }

    private static @Nullable String slabs(Tokens words) {
        if (words.is(1, REASSIGN) && words.count() == 4) {
            return "CLIENT_ERROR slab reassignment disabled";
        }
        if (words.is(1, AUTOMOVE) && words.count() == 3) {
            return words.readUnsigned(2)
                    ? "CLIENT_ERROR slab reassignment disabled"
                    : "CLIENT_ERROR bad command line format";
        }
        return null;
    }

    private static @Nullable String crawler(Tokens words) {
        if (words.is(1, METADUMP)) {
            return "ERROR metadump not allowed";
        } else if (words.is(1, ENABLE)) {
            return "ERROR failed to start lru crawler thread";
        }
        return words.is(1, DISABLE) ? "OK" : words.count() == 3 ? "CLIENT_ERROR lru crawler disabled" : null;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
