package io.kumo.gateway.runtime;

import io.kumo.base.HostPort;
import io.kumo.rpc.runtime.RpcClient;

/** One event loop's connection to one server. */
final class ServerLink {
    private final HostPort address;
    private final RpcClient client;
    private boolean askingForTable;

    ServerLink(HostPort address, RpcClient client) {
        this.address = address;
        this.client = client;
    }

    HostPort address() {
        return address;
    }

    RpcClient client() {
        return client;
    }

    boolean isAskingForTable() {
        return askingForTable;
    }

    void setAskingForTable(boolean asking) {
        askingForTable = asking;
    }
}
