package io.kumo.gateway.runtime;

import org.jspecify.annotations.Nullable;

/** The operations that wait for a server's answer, as a chain through them: nothing is allocated to add one. */
final class SentFlights {
    private @Nullable Flight first;
    private @Nullable Flight last;

    /** The one that was sent first; {@link Flight#after} goes on from there. */
    @Nullable
    Flight first() {
        return first;
    }

    void add(Flight flight, ServerLink server) {
        flight.setLink(server);
        if (flight.isListed()) {
            return;
        }
        flight.setListed(true);
        Flight previous = last;
        flight.setBefore(previous);
        if (previous == null) {
            first = flight;
        } else {
            previous.setAfter(flight);
        }
        last = flight;
    }

    /** Does nothing for one that is not there. */
    void remove(Flight flight) {
        if (!flight.isListed()) {
            return;
        }
        flight.setListed(false);
        Flight before = flight.before();
        Flight after = flight.after();
        if (before == null) {
            first = after;
        } else {
            before.setAfter(after);
        }
        if (after == null) {
            last = before;
        } else {
            after.setBefore(before);
        }
        flight.setBefore(null);
        flight.setAfter(null);
    }
}
