package io.kumo.ctl;

import io.kumo.base.HostPort;
import io.kumo.protocol.Figure;
import java.util.Optional;

/**
 * A server in {@code kumotop}: what it is, and what it did between two looks at it.
 *
 * @param gets a second, as sets and deletes
 * @param lag entries that the slowest copy lacks
 */
public record TopRow(
        HostPort server,
        String state,
        long gets,
        long sets,
        long deletes,
        long p99Us,
        long items,
        long bytes,
        long primaries,
        long copies,
        long lag) {

    /** A server that does not answer. */
    public static TopRow silent(HostPort server, String state) {
        return new TopRow(server, state, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /**
     * @param before the look before; empty for the first one, which shows no rates
     * @param state as the managers have it; empty to tell it from what the server says
     */
    public static TopRow of(ServerFacts now, Optional<ServerFacts> before, String state) {
        return new TopRow(
                now.address(),
                state.isEmpty() ? stateOf(now) : state,
                perSec(Figure.CMD_GET, now, before),
                perSec(Figure.CMD_SET, now, before),
                perSec(Figure.CMD_DELETE, now, before),
                now.number(Figure.P99_US),
                now.number(Figure.CURR_ITEMS),
                now.number(Figure.STORE_BYTES),
                now.number(Figure.PRIMARIES) + now.number(Figure.PROMOTING),
                now.number(Figure.PRIMARIES) + now.number(Figure.PROMOTING) + now.number(Figure.COPIES),
                now.number(Figure.REPLICATION_LAG));
    }

    private static String stateOf(ServerFacts facts) {
        if (facts.number(Figure.JOINING) > 0) {
            return "joining";
        }
        return facts.number(Figure.TABLE_VERSION) == 0 ? "new" : "active";
    }

    /** By the server's own clock; 0 after it was started anew. */
    private static long perSec(Figure figure, ServerFacts now, Optional<ServerFacts> before) {
        if (before.isEmpty() || before.get().number(Figure.PID) != now.number(Figure.PID)) {
            return 0;
        }
        long elapsedMs = now.number(Figure.TIME_MS) - before.get().number(Figure.TIME_MS);
        long count = now.number(figure) - before.get().number(figure);
        return elapsedMs <= 0 || count < 0 ? 0 : count * 1000 / elapsedMs;
    }

    long operations() {
        return gets + sets + deletes;
    }
}
