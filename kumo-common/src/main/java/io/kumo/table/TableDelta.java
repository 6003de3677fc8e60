package io.kumo.table;

import io.kumo.base.Bytes;

/** What changed from one version of the table to a later one. */
public final class TableDelta {
    private TableDelta() {}

    public static TableDelta between(ClusterTable from, ClusterTable to) {
        throw new UnsupportedOperationException();
    }

    public long fromVersion() {
        throw new UnsupportedOperationException();
    }

    public long toVersion() {
        throw new UnsupportedOperationException();
    }

    /** KumoException if {@code table} is not what the delta starts from. */
    public ClusterTable applyTo(ClusterTable table) {
        throw new UnsupportedOperationException();
    }

    public Bytes encode() {
        throw new UnsupportedOperationException();
    }

    public static TableDelta decode(Bytes bytes) {
        throw new UnsupportedOperationException();
    }
}
