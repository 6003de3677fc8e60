package io.kumo.manager.plan;

import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import java.util.ArrayList;
import java.util.List;

/** One change of a row on its way to its target. */
public sealed interface RebalanceStep {
    int partition();

    ServerId server();

    /** The row after the step. */
    Partition applyTo(Partition row);

    /** The server starts to catch up. */
    record AddJoiner(int partition, ServerId server) implements RebalanceStep {
        @Override
        public Partition applyTo(Partition row) {
            List<ServerId> joining = new ArrayList<>(row.joining());
            joining.add(server);
            return row.with(row.epoch(), row.inSync(), joining);
        }
    }

    /** The server, which is in sync, becomes the primary. */
    record MovePrimary(int partition, ServerId server) implements RebalanceStep {
        @Override
        public Partition applyTo(Partition row) {
            List<ServerId> inSync = new ArrayList<>(row.inSync());
            inSync.remove(server);
            inSync.add(0, server);
            return row.with(row.epoch() + 1, inSync, row.joining());
        }
    }

    /** The row forgets the server, which then deletes what it has of it. */
    record RemoveCopy(int partition, ServerId server) implements RebalanceStep {
        @Override
        public Partition applyTo(Partition row) {
            List<ServerId> inSync = new ArrayList<>(row.inSync());
            List<ServerId> joining = new ArrayList<>(row.joining());
            inSync.remove(server);
            joining.remove(server);
            return row.with(row.epoch(), inSync, joining);
        }
    }
}
