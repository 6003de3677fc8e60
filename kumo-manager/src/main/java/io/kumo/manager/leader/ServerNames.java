package io.kumo.manager.leader;

import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Servers by what operators call them: HOST:PORT, HOST for the usual port, or the id. */
final class ServerNames {
    private static final String USUAL_PORT = ":19800";

    private final Map<String, ServerId> byName = new HashMap<>();
    private final Map<ServerId, String> names = new HashMap<>();

    /** @param infos those of the table, whose addresses come first */
    ServerNames(Collection<ServerInfo> infos, Observations seen) {
        seen.servers().forEach((id, sight) -> add(id, sight.report().address().toString()));
        infos.forEach(info -> add(info.id(), info.address().toString()));
    }

    private void add(ServerId id, String address) {
        byName.put(address, id);
        byName.put(id.toString(), id);
        names.put(id, address);
    }

    List<ServerId> ids(List<String> texts) throws Refusal {
        List<ServerId> ids = new ArrayList<>();
        for (String text : texts) {
            ServerId id = Optional.ofNullable(byName.get(text)).orElse(byName.get(text + USUAL_PORT));
            if (id == null) {
                throw new Refusal("no server is known as '" + text
                        + "': give its HOST:PORT or its id, as 'kumoctl MANAGER status' shows them");
            }
            if (!ids.contains(id)) {
                ids.add(id);
            }
        }
        return ids;
    }

    String name(ServerId id) {
        return names.getOrDefault(id, id.toString());
    }
}
