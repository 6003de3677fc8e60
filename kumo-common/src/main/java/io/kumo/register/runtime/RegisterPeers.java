package io.kumo.register.runtime;

import io.kumo.base.HostPort;
import io.kumo.register.Voter;
import io.kumo.rpc.runtime.RpcClient;

/** Where a register driver gets its connections from: the process keeps one for each address, for all that it does. */
@FunctionalInterface
public interface RegisterPeers {
    /**
     * A connection that is kept, on the driver's context; made if there is none yet.
     *
     * @param address where the voter listens for RPC now
     */
    RpcClient client(Voter voter, HostPort address);
}
