package io.kumo.sim;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.Outcome;
import io.kumo.gateway.memcached.MetaCommand;
import io.kumo.gateway.route.KeyOrder;
import io.kumo.gateway.route.Operation;
import io.kumo.gateway.route.RetryPolicy;
import io.kumo.gateway.route.Router;
import io.kumo.gateway.route.SettledWindow;
import io.kumo.gateway.route.WriteFields;
import io.kumo.gateway.runtime.CachedRead;
import io.kumo.gateway.runtime.NearCache;
import io.kumo.gateway.runtime.NearCacheOptions;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.ControlMessages.TableResult;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;
import io.kumo.protocol.WriteStatus;
import io.kumo.table.ClusterTable;
import io.kumo.table.TableCodec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A gateway: real routing, retries and window of settled writes on simulated time and network; what Dispatcher does.
 */
final class SimGateway {
    private static final long TICK = 5 * SimTime.MS;
    private static final long ASK_EVERY = 250 * SimTime.MS;
    private static final long POLL_EVERY = 500 * SimTime.MS;
    private static final long CALL_TIMEOUT_MS = 1_000;
    private static final double DOUBLES = 0.05;
    private static final long LATEST_DOUBLE = 6 * SimTime.SECOND;

    final SimProcess process;
    private final SimCluster cluster;
    private final RetryPolicy policy;
    private final boolean hasNearCache;

    private long session;
    private SettledWindow window;
    private NearCache nearCache;
    private SimLinks links;
    private Router router = Router.NONE;
    private final Map<HostPort, Boolean> asking = new LinkedHashMap<>();
    private List<Flight> waiting = new ArrayList<>();
    private final Set<Flight> sent = new LinkedHashSet<>();
    private boolean isTickPlanned;
    private boolean hasAsked;
    private long lastAskNs;

    SimGateway(SimCluster cluster, SimProcess process, RetryPolicy policy, boolean hasNearCache) {
        this.cluster = cluster;
        this.hasNearCache = hasNearCache;
        this.process = process;
        this.policy = policy;
    }

    /** How an operation ended. */
    interface End {
        void got(GetResult result);

        void wrote(WriteResult result);

        /** It has got its id; 0 for a read. */
        void began(long session, long counter);

        /** Without an answer; {@code maybeDone}: it may have been carried out. */
        void failed(boolean maybeDone);
    }

    /** An operation on its way. */
    static final class Flight extends Operation {
        private final End end;
        private boolean isUnsure;
        private boolean hasEnded;
        private boolean isAnswered;
        private int triesOut;
        private SimClient link;
        private boolean isAsync;
        private KeyOrder<Flight> order;
        private MetaCommand meta;
        private CachedRead cached;

        Flight(Bytes key, End end) {
            super(key);
            this.end = end;
        }

        Flight(WriteKind kind, Bytes key, long exptime, long casOrDelta, Bytes value, End end) {
            super(kind, key, fields(kind, exptime, casOrDelta, value));
            this.end = end;
        }

        /** A meta command: a get asks first, and goes on as a write if what it found may be won. */
        Flight(Bytes key, MetaCommand meta, End end) {
            super(meta.kind(), key, fields(meta), probe(meta));
            this.meta = meta;
            this.end = end;
        }

        private static WriteFields fields(MetaCommand meta) {
            return new WriteFields(
                    meta.clientFlags(),
                    meta.exptime(),
                    meta.kind() == WriteKind.META_GET ? 0 : meta.cas(),
                    meta.delta(),
                    meta.value(),
                    meta.options());
        }

        private static Probe probe(MetaCommand meta) {
            return meta.asksFirst() ? new Probe(meta.isMostlyRead(), meta.wants(), false) : null;
        }

        private static WriteFields fields(WriteKind kind, long exptime, long casOrDelta, Bytes value) {
            boolean isCas = kind == WriteKind.CAS;
            return new WriteFields(
                    7, exptime, isCas ? casOrDelta : 0, isCas ? 0 : casOrDelta, value, WriteOptions.NONE);
        }

        /** It is answered once the primary's own log has it. */
        void makeAsync() {
            isAsync = true;
        }
    }

    void start() {
        process.start();
        session = process.time().random().nextLong() | 1;
        window = new SettledWindow(1 << 10);
        nearCache = hasNearCache ? new NearCache(new NearCacheOptions(1 << 20, 0), process) : null;
        links = new SimLinks(cluster.network(), process, process.name, (to, isUp) -> {});
        router = Router.NONE;
        waiting = new ArrayList<>();
        asking.clear();
        sent.clear();
        isTickPlanned = false;
        hasAsked = false;
        cluster.managers().forEach(links::to);
        process.every(POLL_EVERY, () -> cluster.managers().forEach(to -> askForTable(links.to(to))));
    }

    /** An operation of nobody else's connection. */
    void begin(Flight flight) {
        flight.start(process.monotonicNs(), policy);
        go(flight);
    }

    /** An operation that came over a connection, which keeps those on one key in order. */
    void begin(Flight flight, KeyOrder<Flight> order) {
        flight.start(process.monotonicNs(), policy);
        flight.order = order;
        if (order.enter(flight)) {
            go(flight);
        }
    }

    private void go(Flight flight) {
        if (flight.isLate(process.monotonicNs())) {
            leave(flight);
            flight.end.failed(false);
            return;
        }
        if (flight.asks()) {
            goReading(flight);
        } else {
            goWriting(flight);
        }
    }

    private void goReading(Flight flight) {
        flight.end.began(0, 0);
        if (nearCache != null && flight.kind() == null) {
            flight.cached = new CachedRead(nearCache, flight.key());
            GetResult known = flight.cached.answerAtOnce();
            if (known != null) {
                end(flight);
                flight.end.got(known);
                return;
            }
        }
        trySend(flight);
    }

    private void goWriting(Flight flight) {
        forget(flight);
        flight.number(window.begin());
        flight.end.began(session, flight.counter());
        trySend(flight);
    }

    private void forget(Flight write) {
        if (nearCache != null) {
            nearCache.onWrite(write.key());
        }
    }

    private void leave(Flight flight) {
        if (flight.order != null) {
            flight.order.leave(flight);
            for (Flight next = flight.order.next(flight.key()); next != null; next = flight.order.next(flight.key())) {
                Flight following = next;
                process.after(0, () -> go(following));
            }
        }
    }

    private void trySend(Flight flight) {
        flight.startTry();
        flight.triesOut++;
        int partition = router.hasServers() ? flight.partition(router) : -1;
        int place = partition < 0 ? -1 : router.primaryOf(partition);
        if (place < 0) {
            onError(flight, null, partition < 0 ? ErrorCode.NO_TABLE : ErrorCode.NO_PRIMARY, 0);
            return;
        }
        SimClient link = links.to(router.servers().get(place).address());
        flight.link = link;
        sent.add(flight);
        long timeoutMs = flight.attemptMs(process.monotonicNs(), policy);
        if (flight.asks()) {
            link.call(get(flight, partition), timeoutMs, resultOf(flight, link, found -> onFound(flight, found)));
        } else {
            Write write = flight.toWrite(partition, router.version(), session, window.settledBelow(), flight.isAsync);
            link.call(write, timeoutMs, resultOf(flight, link, result -> {
                flight.isAnswered = true;
                end(flight);
                flight.end.wrote(result);
            }));
            if (process.time().chance(DOUBLES)) {
                process.after(process.time().between(0, LATEST_DOUBLE), () -> sendDouble(flight, write));
            }
        }
    }

    private Get get(Flight flight, int partition) {
        return flight.cached == null
                ? flight.toGet(partition, router.version(), false)
                : new Get(partition, router.version(), false, flight.key(), Get.VERSION, flight.cached.knownSeq());
    }

    private void onFound(Flight flight, GetResult found) {
        if (flight.meta == null) {
            end(flight);
            flight.end.got(flight.cached == null ? found : settle(flight.cached, found));
        } else if (flight.meta.needsWrite(found)) {
            cluster.invariants().count("meta gets that go on as writes");
            sent.remove(flight);
            flight.endProbe();
            flight.triesOut = 0;
            goWriting(flight);
        } else {
            end(flight);
            WriteStatus status = found.found() ? WriteStatus.UNCHANGED : WriteStatus.NOT_FOUND;
            flight.end.wrote(new WriteResult(status, found.flags(), found.cas(), 0, found.value(), found.details()));
        }
    }

    private GetResult settle(CachedRead read, GetResult found) {
        GetResult settled = read.settle(found);
        cluster.invariants().count(read.wasValidated() ? "near cache validated" : "near cache missed");
        return settled;
    }

    /** As if a try had been on its way for long: whoever is the primary now must know that operation. */
    private void sendDouble(Flight flight, Write write) {
        if (flight.hasEnded && !flight.isAnswered) {
            return; // nobody may send it any more
        }
        flight.isUnsure = true;
        int place = router.primaryOf(write.partition());
        if (place >= 0) {
            links.to(router.servers().get(place).address()).call(write, CALL_TIMEOUT_MS, SimProposal.ignored());
        }
    }

    private <R> SimClient.Result<R> resultOf(Flight flight, SimClient link, Consumer<R> answer) {
        boolean isRead = flight.asks();
        int number = flight.tries();
        return new SimClient.Result<>() {
            @Override
            public void ok(R result) {
                boolean isLast = !(result instanceof WriteResult written)
                        || flight.isEndedBy(number, written.status() == WriteStatus.DONE);
                if (flight.hasEnded || flight.asks() != isRead) {
                    return; // two tries were answered
                }
                if (isLast) {
                    answer.accept(result);
                } else {
                    onError(flight, link, ErrorCode.TIMED_OUT, 0);
                }
            }

            @Override
            public void fail(ErrorCode code, long tableVersion) {
                if (flight.asks() == isRead) {
                    onError(flight, link, code, tableVersion);
                }
            }
        };
    }

    private void end(Flight flight) {
        flight.hasEnded = true;
        sent.remove(flight);
        if (flight.counter() != 0) {
            forget(flight);
            window.settle(flight.counter());
        }
        leave(flight);
    }

    private void onError(Flight flight, SimClient link, ErrorCode code, long tableVersion) {
        flight.triesOut--;
        if (link != null && tableVersion > router.version()) {
            askForTable(link);
        }
        if (flight.hasEnded) {
            return;
        }
        boolean isPromise = code.outcome() == Outcome.NOT_DONE || code.outcome() == Outcome.REJECTED;
        flight.isUnsure |= !isPromise && !flight.asks();
        switch (flight.onError(code, code.text(), process.monotonicNs(), policy)) {
            case END -> {
                end(flight);
                flight.end.failed(flight.isUnsure || (flight.triesOut > 0 && !flight.asks()));
            }
            case RETRY -> {
                sent.remove(flight);
                if (!waiting.contains(flight)) {
                    waiting.add(flight);
                    planTick();
                }
            }
            case WAIT -> {}
        }
    }

    private void planTick() {
        if (!isTickPlanned) {
            isTickPlanned = true;
            process.after(TICK, this::onTick);
        }
    }

    private void onTick() {
        isTickPlanned = false;
        long now = process.monotonicNs();
        if (!waiting.isEmpty() && (!hasAsked || now - lastAskNs >= ASK_EVERY)) {
            hasAsked = true;
            lastAskNs = now;
            links.all().forEach(this::askForTable);
        }
        retry(false);
        if (!waiting.isEmpty()) {
            planTick();
        }
    }

    private void retry(boolean all) {
        List<Flight> candidates = waiting;
        waiting = new ArrayList<>();
        for (Flight flight : candidates) {
            if (flight.hasEnded) {
                continue; // a try that was slow was answered after all
            }
            if (all || flight.retryAtNs() - process.monotonicNs() <= 0) {
                trySend(flight);
            } else {
                waiting.add(flight);
            }
        }
    }

    private void askForTable(SimClient link) {
        if (!link.isConnected() || asking.getOrDefault(link.address(), false)) {
            return;
        }
        asking.put(link.address(), true);
        link.call(new TableGet(router.version()), CALL_TIMEOUT_MS, new SimClient.Result<TableResult>() {
            @Override
            public void ok(TableResult result) {
                asking.put(link.address(), false);
                if (!result.table().isEmpty()) {
                    onTable(TableCodec.decode(result.table()));
                }
            }

            @Override
            public void fail(ErrorCode code, long tableVersion) {
                asking.put(link.address(), false);
            }
        });
    }

    private void onTable(ClusterTable table) {
        if (table.version() > router.version()) {
            router = Router.of(table);
            retry(true);
            sendMoved();
        }
    }

    /** What was sent to a server that is not to answer it any more is sent to the one that is. */
    private void sendMoved() {
        for (Flight flight : List.copyOf(sent)) {
            int place = router.primaryOf(flight.partition(router));
            boolean isMoved =
                    place >= 0 && !router.servers().get(place).address().equals(flight.link.address());
            if (isMoved && !flight.hasEnded) {
                sent.remove(flight);
                trySend(flight);
            }
        }
    }
}
