package io.kumo.server.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.bus.runtime.TableHolder;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.node.runtime.Meter;
import io.kumo.node.runtime.Node;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.ControlMessages.TableResult;
import io.kumo.protocol.LoadMessages.ServerLoad;
import io.kumo.rpc.runtime.RpcClient;
import io.kumo.rpc.runtime.RpcHandlers;
import io.kumo.rpc.runtime.RpcLimits;
import io.kumo.rpc.runtime.RpcServer;
import io.kumo.server.replica.Checkpoint;
import io.kumo.server.replica.CopyThrottle;
import io.kumo.server.replica.MemoryBudget;
import io.kumo.server.replica.Replica;
import io.kumo.server.replica.ReplicaContext;
import io.kumo.server.replica.ReplicaEvent;
import io.kumo.server.replica.ReplicaSettings;
import io.kumo.server.store.DiskSpaceRule;
import io.kumo.server.store.runtime.Storage;
import io.kumo.server.store.runtime.Storage.Recovered;
import io.kumo.server.store.runtime.StorageOptions;
import io.kumo.server.store.runtime.StoreDirectory;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of a server that keeps data: storage, replicas on their event loops, the RPC that gateways and other servers
 * use. It acts on the tables that its {@link #tables} gets; where they come from is not its business, see
 * {@link ClusterLinks}.
 */
final class DataNode {
    static final String ROLE = "server";
    private static final Logger LOG = LoggerFactory.getLogger(DataNode.class);
    /** What the committed table has not named for so long is deleted here. */
    private static final long DROP_AFTER_NS = 10_000_000_000L;

    /** One timer for all that is done again and again: each waking costs more than looking at a thousand replicas. */
    private static final long TICK_MS = 50;

    private static final long POLL_MS = 10;
    private static final long SECOND_MS = 1_000;
    private static final long CALL_TIMEOUT_MS = 2_000;

    private final Node node;
    private final Vertx vertx;
    private final ServerOptions options;
    private final Storage storage;
    private final TableHolder tables;
    private final Recovered recovered;
    private final RpcHandlers handlers = new RpcHandlers();
    private final RpcLimits limits;
    private final CopyThrottle throttle;
    private final EventLog events = new EventLog();
    private final RateMeter copied = new RateMeter();
    private final DiskSpaceRule diskSpace;
    private volatile boolean refusesWrites;
    private final Shards shards;
    private final List<Sweeper> sweepers = new ArrayList<>();
    private final LeaseKeeper leases;
    private final DataService dataService;
    private final BackupService backups;
    private final RecordCounts counts;
    private final TableFeed feed;
    private final RpcServer server;
    private final boolean isSound;
    private final List<Long> timers = new ArrayList<>();
    private volatile Runnable reportChanged = () -> {};
    private volatile HostPort address;
    private volatile ShardView view = ShardView.NONE;

    /**
     * Opens the store and reads what it has; blocks.
     *
     * @throws KumoException with one line that says why the store can't be used
     */
    DataNode(Node node, ServerOptions options) {
        this.node = node;
        this.vertx = node.vertx();
        this.options = options;
        this.address = options.advertised();
        this.limits = RpcLimits.DEFAULT.withMaxFrameBytes(
                Math.max(RpcLimits.DEFAULT.maxFrameBytes(), options.maxValueBytes() + (4 << 20)));
        this.throttle = new CopyThrottle(options.copyStreams(), options.copyRateBytes());
        this.diskSpace = new DiskSpaceRule(options.diskReserveBytes(), options.diskReserveBytes() * 5 / 4);
        this.storage = Storage.open(storageOptions());
        StoreDirectory directory = storage.directory();
        this.tables = new TableHolder(directory.clusterId().orElse(""));
        List<Context> contexts = contexts(options.shards());
        List<ReplicaHost> hosts = contexts.stream()
                .map(context -> host(contexts.indexOf(context), context))
                .toList();
        Recoverer recoverer = new Recoverer(partition -> hosts.get(Integer.remainderUnsigned(partition, hosts.size())));
        this.recovered = storage.recover(recoverer);
        hosts.forEach(ReplicaHost::recovered);
        this.isSound = recoverer.isSound();
        this.counts = new RecordCounts(storage.records(), contexts.get(0), recoverer.counts(), this::counted);
        this.leases = new LeaseKeeper(directory.serverId(), directory.incarnation(), node.clock(), tables::version);
        this.shards = new Shards(hosts.stream()
                .map(host -> shard(contexts.get(hosts.indexOf(host)), host))
                .toList());
        this.dataService = new DataService(shards, node.clock());
        handlers.secure(node.security());
        dataService.serve(handlers);
        new ReplicationService(shards, leases).serve(handlers);
        new VerifyService(shards).serve(handlers);
        this.backups = new BackupService(
                new BackupHost(vertx, shards, storage, tables, node.clock(), options.diskReserveBytes()),
                node.metrics());
        backups.serve(handlers);
        this.feed = new TableFeed(contexts.get(0), tables, storage, node.stopper(), this::spread);
        this.server = new RpcServer(vertx, this::hello, handlers, tables::version, limits);
        LOG.info(
                "store opened server={} incarnation={} partitions={} log_entries={} intact={} cut_bytes={}",
                directory.serverId(),
                Long.toHexString(directory.incarnation()),
                recoverer.partitionCount(),
                recovered.logEntries(),
                isIntact(),
                recovered.cutBytes());
    }

    private StorageOptions storageOptions() {
        StorageOptions defaults = StorageOptions.defaults(
                options.store(),
                failure -> node.stopper().stop(ErrorCode.STORE_FAILED, String.valueOf(failure.getMessage())));
        return defaults.withSync(options.sync())
                .withMemoryOnly(options.inMemory())
                .withRetention(options.logRetentionBytes(), defaults.retentionMs())
                .withCacheBytes(options.cacheBytes());
    }

    private List<Context> contexts(int count) {
        List<Context> contexts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Context context = ((VertxInternal) vertx).createEventLoopContext();
            context.exceptionHandler(this::onFault);
            contexts.add(context);
        }
        return contexts;
    }

    /** A broken invariant is never survived. */
    private void onFault(Throwable fault) {
        LOG.error("fault on an event loop", fault);
        node.stopper().stop(ErrorCode.INTERNAL, fault.toString());
    }

    private ReplicaHost host(int index, Context context) {
        int count = options.shards();
        ReplicaSettings settings = ReplicaSettings.defaults()
                .withMinCopies(options.minCopies())
                .withMaxValueBytes(options.maxValueBytes())
                .withDropAfterNs(DROP_AFTER_NS);
        long bytes = options.memoryBytes() / count;
        MemoryBudget memory = new MemoryBudget(bytes, bytes); // what is clean gives way to what is dirty
        StoreDirectory directory = storage.directory();
        Function<Replica.Effects, ReplicaContext> contextOf = effects -> new ReplicaContext(
                directory.serverId(), directory.incarnation(), node.clock(), settings, memory, throttle, effects);
        return new ReplicaHost(index, count, vertx, context, storage, contextOf, new Links());
    }

    private Shard shard(Context context, ReplicaHost host) {
        ServerId self = storage.directory().serverId();
        PeerLinks peers = new PeerLinks(self, peer -> connect(context, peer), (peer, connected) -> {
            if (connected) {
                host.onPeerConnected(peer);
            }
            if (connected && shards.control().host() == host) {
                leases.onConnected(peer);
            }
        });
        Checkpointer checkpointer = new Checkpointer(
                storage,
                context,
                host,
                node.clock(),
                CheckpointRule.forMemory(
                        options.memoryBytes() / options.shards(),
                        storage.directory().serverId().value() + sweepers.size()),
                node.metrics().latency(Meter.CHECKPOINT_LATENCY),
                done -> counts.changed(done.stream().map(Checkpoint::partition).toList()));
        host.connect(peers, checkpointer::soon);
        sweepers.add(new Sweeper(storage.records(), context, host, node.clock()));
        return new Shard(new EventLoop(context), host, peers, new OperationMeters(node.metrics()), checkpointer);
    }

    /** A connection to that address, kept, on that event loop. */
    RpcClient connect(Context context, HostPort to) {
        return new RpcClient(vertx, context, to, this::hello, handlers, tables::version, limits);
    }

    private Hello hello() {
        return new Hello(
                tables.clusterId(), ROLE, storage.directory().serverId().toString(), node.build());
    }

    /**
     * Listens, and from then on acts on every table.
     *
     * @param keeper completes once a start would find that table
     * @return where others reach it
     */
    Future<HostPort> start(Function<ClusterTable, Future<Void>> keeper) {
        return server.listen(options.listen(), shards.contexts()).map(port -> {
            if (address.port() == 0 || address.equals(options.listen())) {
                address = address.withPort(port);
            }
            startTimers();
            feed.start(keeper);
            return address;
        });
    }

    private void startTimers() {
        for (int i = 0; i < sweepers.size(); i++) {
            Shard shard = shards.all().get(i);
            Sweeper sweeper = sweepers.get(i);
            CopyPace pace = new CopyPace(throttle::onLoop, shard.meters(), node.clock(), TICK_MS);
            shard.loop().run(() -> {
                every(TICK_MS, () -> {
                    pace.onTick();
                    shard.host().onTick();
                    shard.checkpointer().onTick();
                    sweeper.onTick();
                });
            });
        }
        shards.control().loop().run(() -> {
            leases.start(shards, vertx);
            every(SECOND_MS, this::onSecond);
        });
    }

    private void every(long periodMs, Runnable action) {
        long timer = vertx.setPeriodic(periodMs, ignored -> action.run());
        synchronized (timers) {
            timers.add(timer);
        }
    }

    private void onSecond() {
        copied.sample(node.clock().monotonicNs());
        events.flush();
        shards.gather(shards.control().loop().context(), ShardView::of)
                .onSuccess(views -> view = views.stream().reduce(ShardView.NONE, ShardView::plus));
        backups.onTick();
        boolean wasFull = diskSpace.isFull();
        boolean isFull = diskSpace.onUsable(storage.usableBytes());
        if (isFull != wasFull) {
            LOG.warn("disk space writes_refused={} usable_bytes={}", isFull, storage.usableBytes());
            refusesWrites = isFull;
            shards.each(shard -> shard.host().replicaContext().refuseWrites(isFull));
        }
    }

    /** Whether writes are refused for want of disk. From any thread. */
    boolean refusesWrites() {
        return refusesWrites;
    }

    /** The store has that many records of the partition. On the first event loop. */
    private void counted(int partition, long count) {
        Shard shard = shards.of(partition);
        shard.loop().run(() -> shard.host().replica(partition).onStoreCount(count));
    }

    /** On the first event loop. */
    private void spread(ClusterTable table) {
        shards.each(shard -> {
            shard.peers().onTable(table);
            shard.host().onTable(table);
        });
        leases.onTable(table);
        reportChanged.run();
    }

    /** Operations that were not answered yet. From any thread. */
    long inFlight() {
        return shards.all().stream()
                .mapToLong(shard -> shard.meters().inFlight())
                .sum();
    }

    /** From now on operations are refused; completes once those before are answered, or after a while. */
    Future<Void> stopServing(long timeoutMs) {
        dataService.stop();
        Promise<Void> drained = Promise.promise();
        awaitAnswers(drained, node.clock().monotonicNs() + timeoutMs * 1_000_000);
        return drained.future();
    }

    private void awaitAnswers(Promise<Void> drained, long untilNs) {
        if (inFlight() == 0 || node.clock().monotonicNs() - untilNs > 0) {
            drained.complete();
        } else {
            vertx.setTimer(POLL_MS, ignored -> awaitAnswers(drained, untilNs));
        }
    }

    /** Ends everything; what is in the log is safe. */
    Future<Void> close() {
        synchronized (timers) {
            timers.forEach(vertx::cancelTimer);
        }
        leases.stop(vertx);
        backups.close();
        Future<Void> closed = server.close();
        shards.each(shard -> shard.peers().close());
        return closed.transform(ignored -> vertx.executeBlocking(() -> {
            storage.close();
            return null;
        }));
    }

    Node node() {
        return node;
    }

    ServerOptions options() {
        return options;
    }

    TableHolder tables() {
        return tables;
    }

    TableFeed feed() {
        return feed;
    }

    RpcHandlers handlers() {
        return handlers;
    }

    Storage storage() {
        return storage;
    }

    Shards shards() {
        return shards;
    }

    List<Sweeper> sweepers() {
        return sweepers;
    }

    RateMeter copied() {
        return copied;
    }

    /** What the replicas were like a second ago at most. From any thread. */
    ShardView view() {
        return view;
    }

    /** The operations since the start. From any thread. */
    ServerLoad load() {
        return OperationMeters.load(shards.all().stream().map(Shard::meters).toList(), view.lag());
    }

    RecordCounts counts() {
        return counts;
    }

    /** Whether the log has all that this server ever acknowledged, and the store all that the log gave it. */
    boolean isIntact() {
        return recovered.intact() && isSound;
    }

    /** Where others reach it; the port is known once it listens. */
    HostPort address() {
        return address;
    }

    /** Who is to be told when there is something new to report. */
    void onReportChanged(Runnable listener) {
        reportChanged = listener;
    }

    /** What replicas say to the rest of the server. */
    private final class Links implements ReplicaHost.Outside {
        private final Set<Integer> damaged = new HashSet<>();

        @Override
        public void newerTable(ServerId at, long version) {
            shards.control().loop().run(() -> {
                RpcClient peer = shards.control().peers().client(at);
                if (peer != null) {
                    LongFunction<Future<Bytes>> ask = known ->
                            peer.call(new TableGet(known), CALL_TIMEOUT_MS).map(TableResult::table);
                    feed.fetch(version, ask);
                }
            });
        }

        @Override
        public void copied(long bytes) {
            copied.add(bytes);
        }

        @Override
        public void reportChanged() {
            reportChanged.run();
        }

        @Override
        public void event(ReplicaEvent event) {
            events.on(event);
        }

        @Override
        public void damaged(int partition, String why) {
            if (damaged.add(partition)) { // once: whoever needs the record asks again and again
                LOG.error("record can't be read partition={} error=\"{}\"", partition, why);
            }
        }
    }
}
