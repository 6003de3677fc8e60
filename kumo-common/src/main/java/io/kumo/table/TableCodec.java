package io.kumo.table;

import io.kumo.base.Bytes;

/** A table as bytes: for the register's files, for TableGet and for MQTT. */
public final class TableCodec {
    private TableCodec() {}

    public static Bytes encode(ClusterTable table) {
        throw new UnsupportedOperationException();
    }

    /** KumoException with CORRUPT for bytes that are not a table, or are one of a format from the future. */
    public static ClusterTable decode(Bytes bytes) {
        throw new UnsupportedOperationException();
    }
}
