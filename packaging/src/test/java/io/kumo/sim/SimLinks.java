package io.kumo.sim;

import io.kumo.base.HostPort;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** The kept connections of one process in its present life, one for each address. */
final class SimLinks {
    private final SimNetwork network;
    private final SimProcess process;
    private final Object name;
    private final BiConsumer<HostPort, Boolean> onState;
    private final Map<HostPort, SimClient> clients = new LinkedHashMap<>();

    SimLinks(SimNetwork network, SimProcess process, Object name, BiConsumer<HostPort, Boolean> onState) {
        this.network = network;
        this.process = process;
        this.name = name;
        this.onState = onState;
    }

    SimClient to(HostPort address) {
        SimClient known = clients.get(address);
        if (known == null) {
            known = new SimClient(network, process, name, address, isUp -> onState.accept(address, isUp));
            clients.put(address, known);
        }
        return known;
    }

    List<SimClient> all() {
        return List.copyOf(clients.values());
    }
}
