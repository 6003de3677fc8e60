package io.kumo.security.runtime;

import io.kumo.base.HostPort;
import io.kumo.config.UsageException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Without key and certificate nobody but this host is to reach a daemon, unless it is told otherwise. */
final class LoopbackRule {
    /** What some write for every address. */
    private static final String ANY = "*";

    private LoopbackRule() {}

    /** UsageException for an address that other hosts reach; looks names up. */
    static void check(String program, List<HostPort> listens) {
        for (HostPort listen : listens) {
            if (!isLoopback(listen.host())) {
                throw new UsageException(program + ": " + listen + " is reached by other hosts, and nothing proves who"
                        + " they are: give --cluster-key-file (see 'kumoctl key') or --node-tls-cert (see 'kumoctl"
                        + " cert'), or --insecure in a network where everybody is trusted");
            }
        }
    }

    /** A name that is unknown can't be listened on: whoever tries says so. */
    static boolean isLoopback(String host) {
        if (host.equals(ANY)) {
            return false;
        }
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (!address.isLoopbackAddress()) {
                    return false;
                }
            }
            return true;
        } catch (UnknownHostException e) {
            return true;
        }
    }
}
