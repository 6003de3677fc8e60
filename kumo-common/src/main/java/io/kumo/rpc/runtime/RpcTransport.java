package io.kumo.rpc.runtime;

import io.kumo.base.HostPort;
import io.kumo.security.runtime.NodeSecurity;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServerOptions;

/** How sockets of RPC are made. Those that are accepted begin TLS later, see {@link RpcServer}. */
final class RpcTransport {
    private static final int BACKLOG = 1024;

    private RpcTransport() {}

    static NetServerOptions serverOptions(HostPort address) {
        NetServerOptions options = new NetServerOptions();
        options.setHost(address.host());
        options.setPort(address.port());
        options.setAcceptBacklog(BACKLOG);
        options.setTcpNoDelay(true);
        options.setTcpKeepAlive(true);
        options.setReuseAddress(true);
        return options;
    }

    static NetClientOptions clientOptions(RpcLimits limits, NodeSecurity security) {
        NetClientOptions options = new NetClientOptions();
        options.setConnectTimeout(limits.connectTimeoutMs());
        options.setTcpNoDelay(true);
        options.setTcpKeepAlive(true);
        security.tls().ifPresent(tls -> tls.applyTo(options));
        return options;
    }
}
