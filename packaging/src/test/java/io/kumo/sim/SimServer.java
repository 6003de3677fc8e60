package io.kumo.sim;

import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.protocol.Call;
import io.kumo.protocol.ControlMessages.CopyReport;
import io.kumo.protocol.ControlMessages.Position;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.ControlMessages.ServerReportResult;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.ControlMessages.TableResult;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.Done;
import io.kumo.protocol.LoadMessages.ServerLoad;
import io.kumo.protocol.Message;
import io.kumo.protocol.ReplicationMessages.Behind;
import io.kumo.protocol.ReplicationMessages.CopyChunk;
import io.kumo.protocol.ReplicationMessages.CopyReceived;
import io.kumo.protocol.ReplicationMessages.LeaseGrant;
import io.kumo.protocol.ReplicationMessages.LeaseRequest;
import io.kumo.protocol.ReplicationMessages.Release;
import io.kumo.protocol.ReplicationMessages.Replicate;
import io.kumo.protocol.ReplicationMessages.Replicated;
import io.kumo.protocol.VerifyMessages.CompareRanges;
import io.kumo.protocol.VerifyMessages.Compared;
import io.kumo.protocol.VerifyMessages.Distrust;
import io.kumo.register.Voter.ServerVoter;
import io.kumo.server.replica.LeaseBook;
import io.kumo.server.replica.Replica;
import io.kumo.server.replica.ReplicaRole;
import io.kumo.server.replica.ReplicaView;
import io.kumo.server.store.SyncMode;
import io.kumo.table.ClusterTable;
import io.kumo.table.Partition;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.TableCodec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A server: real replicas and a real voter on simulated time, network and disk. Lives on while its process does not.
 */
final class SimServer implements SimHandlers {
    private static final long TICK = 25 * SimTime.MS;
    private static final long REPORT_EVERY = SimTime.SECOND;
    private static final long REPORT_SOON = 20 * SimTime.MS;
    private static final long CALL_TIMEOUT_MS = 2_000;

    final SimProcess process;
    final ServerId id;
    final HostPort address;
    private final SimCluster cluster;
    private final SimDisk disk;

    private long incarnation;
    private boolean isIntact;
    private SimVoter voter;
    private SimLinks links;
    private SimShards shards;
    private final Map<HostPort, ServerId> peersByAddress = new LinkedHashMap<>();
    private final Map<ServerId, SimClient> peers = new LinkedHashMap<>();
    private final Set<ServerId> granters = new TreeSet<>();
    private ClusterTable acting;
    private boolean isReportDue;
    private boolean isStopping;
    private boolean isFetching;

    SimServer(SimCluster cluster, SimProcess process, ServerId id, HostPort address, SimDisk disk) {
        this.cluster = cluster;
        this.process = process;
        this.id = id;
        this.address = address;
        this.disk = disk;
    }

    SimDisk disk() {
        return disk;
    }

    long incarnation() {
        return incarnation;
    }

    /** Of the present life. */
    SimShards shards() {
        return shards;
    }

    /** The table that its replicas know; null for none. */
    ClusterTable acting() {
        return acting;
    }

    void start() {
        process.start();
        incarnation = id.value() * 1_000_000 + process.life();
        isIntact = disk.isIntact();
        isReportDue = false;
        isStopping = false;
        isFetching = false;
        acting = null;
        peers.clear();
        peersByAddress.clear();
        granters.clear();
        links = new SimLinks(cluster.network(), process, id, this::onLink);
        voter = new SimVoter(
                process, new ServerVoter(id), cluster.managers(), disk.votes(), disk::writeVotes, this::onTable);
        cluster.invariants().onStart(this);
        shards = new SimShards(cluster, this);
        disk.syncLog(); // what the process before wrote last may not be synced
        isIntact &= shards.all().stream().allMatch(SimReplicas::isSound);
        voter.start();
        cluster.network().listen(address, process, this);
        cluster.managers().forEach(links::to);
        process.every(TICK, shards::onTick);
        process.every(REPORT_EVERY, this::report);
        if (cluster.sync() == SyncMode.INTERVAL) {
            process.every(SimTime.SECOND, disk::syncLog);
        }
        process.every(LeaseBook.RENEW_NS, this::askForLeases);
        report();
    }

    // --- the table

    private void onTable(ClusterTable table) {
        cluster.invariants().onTable(process, table);
        // Handed on a little later, as between the real one's threads; versions in between are skipped.
        voter.whenKept(() -> process.after(process.time().between(0, SimTime.MS), this::act));
    }

    private void act() {
        ClusterTable table = voter.table();
        if (acting != null && acting.version() >= table.version()) {
            return;
        }
        if (disk.clusterId().isEmpty()) {
            disk.joinCluster(table.clusterId());
        }
        if (namesThisProcess(table)) {
            disk.settled();
        }
        acting = table;
        connect(table);
        shards.onTable(table);
        leases(table);
        reportSoon();
    }

    private boolean namesThisProcess(ClusterTable table) {
        return table.server(id)
                .filter(info -> info.incarnation() == incarnation)
                .isPresent();
    }

    private void connect(ClusterTable table) {
        peers.clear();
        for (ServerInfo info : table.servers()) {
            if (!info.id().equals(id)) {
                peersByAddress.put(info.address(), info.id());
                peers.put(info.id(), links.to(info.address()));
            }
        }
    }

    private void onLink(HostPort to, boolean isUp) {
        ServerId peer = peersByAddress.get(to);
        if (peer != null && isUp) {
            shards.onPeerConnected(peer);
            if (granters.contains(peer)) {
                askForLease(peer);
            }
        } else if (peer == null) {
            reportSoon();
        }
    }

    void send(ServerId to, Call<Done> message) {
        SimClient peer = peers.get(to);
        if (peer != null) {
            peer.send(message);
        }
    }

    /** Somebody knows a newer table. */
    void newerTable(ServerId at, long version) {
        SimClient peer = peers.get(at);
        if (peer != null && version > voter.version() && !isFetching) {
            fetch(peer);
        }
    }

    private void fetch(SimClient from) {
        isFetching = true;
        from.call(new TableGet(voter.version()), CALL_TIMEOUT_MS, new SimClient.Result<TableResult>() {
            @Override
            public void ok(TableResult result) {
                isFetching = false;
                if (!result.table().isEmpty()) {
                    voter.offer(TableCodec.decode(result.table()));
                }
            }

            @Override
            public void fail(ErrorCode code, long tableVersion) {
                isFetching = false;
            }
        });
    }

    // --- leases

    private void leases(ClusterTable table) {
        Set<ServerId> named = new TreeSet<>();
        for (Partition row : table.partitions()) {
            if (row.isPrimary(id)) {
                named.addAll(row.inSync());
                named.addAll(row.joining());
            }
        }
        named.remove(id);
        boolean isMore = !granters.containsAll(named);
        granters.clear();
        granters.addAll(named);
        if (isMore) {
            askForLeases();
        }
    }

    private void askForLeases() {
        granters.forEach(this::askForLease);
    }

    private void askForLease(ServerId granter) {
        send(granter, new LeaseRequest(incarnation, process.monotonicNs(), voter.version()));
    }

    // --- reports

    void reportSoon() {
        if (!isReportDue) {
            isReportDue = true;
            process.after(REPORT_SOON, () -> {
                isReportDue = false;
                report();
            });
        }
    }

    private void report() {
        List<Position> positions = new ArrayList<>();
        List<CopyReport> joined = new ArrayList<>();
        List<CopyReport> unresponsive = new ArrayList<>();
        List<CopyReport> damaged = new ArrayList<>();
        boolean isKnown = voter.table() != null && namesThisProcess(voter.table());
        for (Replica replica :
                shards.all().stream().flatMap(shard -> shard.all().stream()).toList()) {
            ReplicaView view = replica.view();
            replica.joined().forEach(copy -> joined.add(new CopyReport(view.partition(), view.epoch(), copy)));
            replica.unresponsive()
                    .forEach(copy -> unresponsive.add(new CopyReport(view.partition(), view.epoch(), copy)));
            boolean isDamaged = replica.isDamaged();
            if (isDamaged || (!isKnown && !view.complete())) {
                damaged.add(new CopyReport(view.partition(), view.epoch(), id));
            }
            if (view.complete() && (!isKnown || isDamaged || replica.role() == ReplicaRole.JOINING)) {
                positions.add(new Position(view.partition(), view.lastEpoch(), view.lastSeq()));
            }
        }
        ServerReport report = new ServerReport(
                id,
                address,
                incarnation,
                "",
                disk.clusterId(),
                shards.tableVersion(),
                isIntact,
                0,
                0,
                0,
                0,
                positions,
                joined,
                unresponsive,
                cluster.minCopies(),
                isStopping,
                damaged,
                ServerLoad.NONE);
        for (HostPort manager : cluster.managers()) {
            SimClient link = links.to(manager);
            link.call(report, CALL_TIMEOUT_MS, new SimClient.Result<ServerReportResult>() {
                @Override
                public void ok(ServerReportResult result) {
                    if (result.tableVersion() > voter.version()) {
                        fetch(link);
                    }
                }

                @Override
                public void fail(ErrorCode code, long tableVersion) {}
            });
        }
    }

    /** It is asked to end: others take over while it still serves. */
    void prepareToStop() {
        isStopping = true;
        report();
    }

    // --- calls

    @Override
    public void onCall(Object peer, SimConnection connection, Call<?> call, SimReply reply) {
        if (call instanceof Get get) {
            shards.onGet(get, reply);
        } else if (call instanceof Write write) {
            shards.onWrite(write, reply);
        } else if (peer instanceof ServerId from) {
            onPeerCall(from, call);
        }
        voter.onCall(call, reply);
    }

    private void onPeerCall(ServerId from, Call<?> call) {
        if (call instanceof LeaseRequest request) {
            shards.grant(
                    from, version -> send(from, new LeaseGrant(request.incarnation(), request.askedAtNs(), version)));
        } else if (call instanceof LeaseGrant grant) {
            shards.onGrant(from, grant);
        } else {
            int partition = partitionOf(call);
            if (partition >= 0) {
                shards.onMessage(partition, from, call);
            }
        }
    }

    private static int partitionOf(Message message) {
        if (message instanceof Replicate replicate) {
            return replicate.partition();
        } else if (message instanceof Replicated replicated) {
            return replicated.partition();
        } else if (message instanceof Behind behind) {
            return behind.partition();
        } else if (message instanceof Release release) {
            return release.partition();
        } else if (message instanceof CopyChunk chunk) {
            return chunk.partition();
        } else if (message instanceof CopyReceived received) {
            return received.partition();
        } else if (message instanceof CompareRanges question) {
            return question.partition();
        } else if (message instanceof Compared compared) {
            return compared.partition();
        } else if (message instanceof Distrust distrust) {
            return distrust.partition();
        }
        return -1;
    }

    @Override
    public long tableVersion() {
        return voter.version();
    }
}
