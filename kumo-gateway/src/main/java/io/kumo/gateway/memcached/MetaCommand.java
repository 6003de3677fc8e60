package io.kumo.gateway.memcached;

import io.kumo.base.Bytes;
import io.kumo.protocol.DataMessages;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;

/**
 * One of memcached's meta commands that are about a key: mg, ms, md, ma, me.
 *
 * @param name its second letter
 * @param key as it is meant, not as base64
 * @param binaryKey it came as base64, and is to be answered so
 * @param flags the words after the key (and the length), as they came, for the answer
 * @param bits {@link #QUIET} and so on
 * @param kind what it does to the record; META_GET for mg and me
 * @param clientFlags 32 bits unsigned
 * @param cas expected cas unique
 * @param value of ms
 */
public record MetaCommand(
        char name,
        Bytes key,
        boolean binaryKey,
        Bytes flags,
        int bits,
        WriteKind kind,
        int clientFlags,
        long exptime,
        long cas,
        long delta,
        WriteOptions options,
        Bytes value)
        implements Command {
    /** q: the usual outcome is not answered. */
    public static final int QUIET = 1;
    /** v: the value is answered. */
    static final int VALUE = 2;
    /** u: the record does not count as read. */
    static final int UNSEEN = 4;
    /** Ls: any copy in sync may answer. */
    public static final int STALE_READ = 8;
    /** C was given. */
    static final int COMPARES = 16;

    public boolean has(int wanted) {
        return (bits & wanted) == wanted;
    }

    public boolean isGet() {
        return name == 'g';
    }

    /** The cas unique that a value must not have to be answered. */
    long comparedCas() {
        return cas;
    }

    /** Whether it asks for the record before it changes anything. */
    public boolean asksFirst() {
        return name == 'e' || (isGet() && !options.has(WriteOptions.NEW_EXPTIME));
    }

    /** Whether it most likely changes nothing. */
    public boolean isMostlyRead() {
        return asksFirst() && !options.has(WriteOptions.VIVIFY) && !options.has(WriteOptions.RECACHE);
    }

    /** The bits of a {@code Get}. */
    public int wants() {
        return DataMessages.Get.DETAILS | (has(UNSEEN) || name == 'e' ? DataMessages.Get.UNSEEN : 0);
    }

    /** Whether what was found means that this client may have won, which only the primary can say. */
    public boolean needsWrite(GetResult found) {
        if (name == 'e') {
            return false;
        }
        if (!found.found()) {
            return options.has(WriteOptions.VIVIFY);
        }
        if (found.details().has(LogEntry.TOKEN_SENT)) {
            return false;
        }
        return found.details().has(LogEntry.STALE) || options.has(WriteOptions.RECACHE);
    }
}
