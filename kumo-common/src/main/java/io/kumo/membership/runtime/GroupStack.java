package io.kumo.membership.runtime;

import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.membership.Member;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jgroups.Address;
import org.jgroups.JChannel;
import org.jgroups.protocols.AUTH;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.FD_SOCK2;
import org.jgroups.protocols.FRAG4;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.stack.Protocol;
import org.jgroups.util.ExtendedUUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The JGroups protocols and their settings, all in code. Blocks where it resolves names. */
final class GroupStack {
    private static final Logger LOG = LoggerFactory.getLogger(GroupStack.class);
    private static final String NAME_KEY = "kumo";

    /** How far above the group port the failure detector's own socket is: clear of the other ports of a host. */
    private static final int DETECTOR_OFFSET = 1_000;

    private static final int DETECTOR_PORTS = 10;
    private static final int HIGHEST_PORT = 65_535 - DETECTOR_OFFSET - DETECTOR_PORTS;
    private static final int MOST_PROBES = 20;
    private static final int PROBE_TIMEOUT_MS = 300;
    /** The group carries views and heartbeats, nothing large. */
    private static final int MAX_MESSAGE_BYTES = 1 << 20;

    private static final int MOST_THREADS = 16;

    /** Under load 300 ms split members off: others may be there. */
    private static final long JOIN_TIMEOUT_MS = 1_500;

    /** Where no other manager is configured nobody else can answer: servers come by merging. */
    private static final long LONE_JOIN_TIMEOUT_MS = 300;
    /** Who is cut off with others is noticed a moment later: the view without it must not wait for its word. */
    private static final long VIEW_ACK_TIMEOUT_MS = 300;
    /**
     * A merge whose other side is gone is given up after twice this; until then there are no new views, so that
     * managers that are back wait to join, and nobody leads. One takes some 100 ms.
     */
    private static final long MERGE_TIMEOUT_MS = 1_000;
    /** A request that is lost while the connection is made is sent again within the timeout. */
    private static final int DISCOVERY_RUNS = 3;

    private GroupStack() {}

    /** A channel that is not connected yet. */
    static JChannel channel(GroupOptions options) throws Exception {
        List<Protocol> protocols = new ArrayList<>(List.of(
                transport(options),
                discovery(options),
                // A manager that starts again finds the servers by merging: 2 s with these, 5 s with 1-3 s intervals.
                new MERGE3().setMinInterval(400).setMaxInterval(1_000).setCheckInterval(1_200)));
        if (options.security().groupTls().isEmpty()) {
            // It has a socket of its own that knows no TLS; where there is TLS, the transport says who closed.
            protocols.add(new FD_SOCK2().setOffset(DETECTOR_OFFSET).setPortRange(DETECTOR_PORTS));
        }
        protocols.addAll(List.of(
                new FD_ALL3().setTimeout(2_000).setInterval(500),
                new VERIFY_SUSPECT2().setTimeout(500),
                new NAKACK2().useMcastXmit(false).setXmitTableNumRows(5).setXmitTableMsgsPerRow(200),
                new UNICAST3().setXmitTableNumRows(5).setXmitTableMsgsPerRow(50),
                new STABLE().setDesiredAverageGossip(30_000).setMaxBytes(1 << 20),
                new AUTH().setAuthToken(new ClusterToken(options.cluster())),
                new GMS()
                        .printLocalAddress(false)
                        .setJoinTimeout(isLoneManager(options) ? LONE_JOIN_TIMEOUT_MS : JOIN_TIMEOUT_MS)
                        .setLeaveTimeout(500)
                        .setMergeTimeout(MERGE_TIMEOUT_MS)
                        .setViewAckCollectionTimeout(VIEW_ACK_TIMEOUT_MS)
                        .setMembershipChangePolicy(new ManagersFirst())
                        .setLogCollectMessages(false),
                new FRAG4()));
        JChannel channel = new JChannel(protocols);
        channel.addAddressGenerator(() -> address(options.self()));
        return channel.setName(options.self().logicalName()).setDiscardOwnMessages(true);
    }

    /** Closes its sockets, whatever it is doing. */
    static void hangUp(JChannel channel) {
        FD_SOCK2 detector = channel.getProtocolStack().findProtocol(FD_SOCK2.class);
        if (detector != null) {
            detector.stop();
        }
        channel.getProtocolStack().getTransport().stop();
    }

    /** A new address for it. The name travels with the address, so that a view is never without it. */
    static Address address(Member member) {
        String name = member.logicalName();
        return ExtendedUUID.randomUUID(name).put(NAME_KEY, name.getBytes(StandardCharsets.UTF_8));
    }

    /** Who has that address; empty for a member that is not one of ours. */
    static Optional<Member> member(Address address) {
        byte[] name = address instanceof ExtendedUUID named ? named.get(NAME_KEY) : null;
        return name == null ? Optional.empty() : Member.parse(new String(name, StandardCharsets.UTF_8));
    }

    /** Fails with a text for the operator if the port is taken; JGroups' own would not say what to do. */
    static void checkPort(GroupOptions options) {
        HostPort bind = options.bind();
        if (bind.port() > HIGHEST_PORT) {
            throw new KumoException(
                    ErrorCode.REFUSED,
                    "the group port " + bind.port() + " is too high: the failure detector listens " + DETECTOR_OFFSET
                            + " above it; choose one up to " + HIGHEST_PORT);
        }
        try {
            freePort(options);
        } catch (IOException e) {
            throw new KumoException(
                    ErrorCode.REFUSED,
                    "can't listen on " + bind + " for the group (" + e.getMessage()
                            + "): is another kumo running there? Choose another port",
                    e);
        }
    }

    /** The port of the options, or any free one in the place of 0; fails if it is taken. */
    private static int freePort(GroupOptions options) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(new InetSocketAddress(
                        bindAddress(options), options.bind().port()));
                if (probe.getLocalPort() <= HIGHEST_PORT) {
                    return probe.getLocalPort();
                }
            }
            if (attempt == MOST_PROBES) {
                throw new IOException("no free port below " + HIGHEST_PORT);
            }
        }
    }

    private static TCP transport(GroupOptions options) throws IOException {
        TCP transport = new TCP();
        transport.setBindAddress(bindAddress(options));
        transport.setBindPort(freePort(options)).setPortRange(0); // TCPPING takes no port 0
        transport.useVirtualThreads(false).setBundlerType("transfer-queue");
        transport.setSockConnTimeout(300).setLinger(-1);
        transport.setBufferedInputStreamSize(8_192);
        transport.getThreadPool().setMinThreads(0).setMaxThreads(MOST_THREADS).setKeepAliveTime(10_000);
        transport.disableDiagnostics();
        transport.setMaxLength(MAX_MESSAGE_BYTES);
        options.security().groupTls().ifPresent(tls -> {
            transport.setSocketFactory(GroupSockets.factory(tls, options.security()));
            transport.enableSuspectEvents(true);
        });
        return transport;
    }

    private static TCPPING discovery(GroupOptions options) {
        List<InetSocketAddress> hosts = new ArrayList<>();
        for (HostPort manager : options.managers()) {
            InetSocketAddress address = new InetSocketAddress(manager.host(), manager.port());
            if (address.isUnresolved()) {
                LOG.warn("manager's name is unknown, left out of the group host={}", manager.host());
            } else {
                hosts.add(address);
            }
        }
        TCPPING discovery = new TCPPING();
        discovery.setInitialHosts(hosts).setPortRange(0);
        // A manager tells of the coordinator too, where that is another manager, or a server for the moment.
        discovery.numDiscoveryRuns(DISCOVERY_RUNS).returnEntireCache(true);
        return discovery;
    }

    /**
     * Whether to join now. A server waits for a manager: servers that come first would each found a group of its own,
     * and to merge several of them takes JGroups up to a minute.
     */
    static boolean isAnyoneThere(GroupOptions options) {
        if (options.self() instanceof Member.ManagerMember) {
            return true;
        }
        for (HostPort manager : options.managers()) {
            try (Socket probe = new Socket()) {
                probe.connect(new InetSocketAddress(manager.host(), manager.port()), PROBE_TIMEOUT_MS);
                return true;
            } catch (IOException e) {
                LOG.debug("no manager yet address={} reason={}", manager, e.toString());
            }
        }
        return false;
    }

    private static boolean isLoneManager(GroupOptions options) {
        return options.self() instanceof Member.ManagerMember
                && options.managers().stream().distinct().count() == 1;
    }

    /** The address that others reach; where all are listened on, the one that leads to the managers. */
    private static InetAddress bindAddress(GroupOptions options) throws IOException {
        InetAddress address;
        try {
            address = InetAddress.getByName(options.bind().host());
        } catch (UnknownHostException e) {
            throw new IOException("the name " + options.bind().host() + " is unknown", e);
        }
        if (!address.isAnyLocalAddress()) {
            return address;
        }
        HostPort manager = options.managers().get(0);
        try (DatagramSocket route = new DatagramSocket()) {
            route.connect(new InetSocketAddress(manager.host(), manager.port()));
            return route.getLocalAddress();
        }
    }
}
