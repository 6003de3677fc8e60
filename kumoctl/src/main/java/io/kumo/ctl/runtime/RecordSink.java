package io.kumo.ctl.runtime;

import io.kumo.base.Bytes;

/** Where records are written to, many at a time. */
interface RecordSink {
    /** {@code exptime}: memcached's; {@code tag}: what a refusal is told with. */
    void set(Bytes key, int flags, long exptime, Bytes value, long tag);

    /** Returns once all is written, or refused. */
    void flush();

    /** Records that were written. */
    long written();
}
