package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import java.util.List;

/** Options of a gateway for tests: one plain listener on any free port, unless told otherwise. */
final class OptionsBuilder {
    static final ListenerOptions PLAIN = ListenerOptions.plain(new HostPort("127.0.0.1", 0));

    List<ListenerOptions> listeners = List.of(PLAIN);
    HostPort manager = new HostPort("127.0.0.1", 1);
    long timeoutMs = 5000;
    int eventLoops = 1;
    boolean staleReads;
    boolean asyncSet;
    Bytes keyPrefix = Bytes.EMPTY;
    ClientLimits limits = new ClientLimits(100, 4 << 20, 64 << 20, 0, 60_000);
    NearCacheOptions nearCache = NearCacheOptions.NONE;
    TlsOptions tls = TlsOptions.NONE;
    String authFile = "";

    OptionsBuilder timeoutMs(long newTimeoutMs) {
        timeoutMs = newTimeoutMs;
        return this;
    }

    OptionsBuilder manager(HostPort newManager) {
        manager = newManager;
        return this;
    }

    OptionsBuilder listeners(ListenerOptions... all) {
        listeners = List.of(all);
        return this;
    }

    GatewayOptions build() {
        return new GatewayOptions(
                listeners,
                List.of(manager),
                timeoutMs,
                1 << 20,
                eventLoops,
                true,
                staleReads,
                asyncSet,
                false,
                keyPrefix,
                nearCache,
                limits,
                tls,
                authFile);
    }
}
