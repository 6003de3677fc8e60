package io.kumo.gateway.runtime;

import io.kumo.gateway.route.KeyOrder;
import org.jspecify.annotations.Nullable;

/** A client's operations under way. Those on one key are carried out one after the other, in the client's order. */
final class ClientFlights {
    private final Dispatcher dispatcher;

    /** Keeps the order of operations on one key; null until two are under way at once. */
    private @Nullable KeyOrder<Flight> order;
    /** The only operation under way, which {@link #order} does not know. */
    private @Nullable Flight lone;

    private int count;

    ClientFlights(Dispatcher dispatcher) {
        this.dispatcher = dispatcher;
    }

    int count() {
        return count;
    }

    /** Sends an operation, or has it wait for those before it on the same key. */
    void begin(Flight flight, boolean barrier) {
        dispatcher.start(flight);
        if (barrier) {
            count++;
            dispatcher.begin(flight);
            return;
        }
        if (count++ == 0) {
            lone = flight;
            dispatcher.begin(flight);
            return;
        }
        KeyOrder<Flight> known = order;
        if (known == null) {
            known = new KeyOrder<>();
            order = known;
        }
        Flight first = lone;
        if (first != null) {
            known.enter(first);
            lone = null;
        }
        if (known.enter(flight)) {
            dispatcher.begin(flight);
        }
    }

    void onEnd(Flight flight) {
        count--;
        KeyOrder<Flight> known = order;
        if (lone == flight) {
            lone = null;
        } else if (known != null && !flight.owner().isBarrier()) {
            known.leave(flight);
            for (Flight next = known.next(flight.key()); next != null; next = known.next(flight.key())) {
                dispatcher.begin(next);
            }
        }
    }
}
