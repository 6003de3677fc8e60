package io.kumo.gateway.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.gateway.route.RetryPolicy;
import io.kumo.gateway.route.Router;
import io.kumo.gateway.route.SettledWindow;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.ControlMessages.TableResult;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.WriteKind;
import io.kumo.rpc.runtime.ResultHandler;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.TableCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends operations to the servers that have them, and again until they are answered or their deadline passes. One for
 * each event loop, with a connection of its own to each server and a session of its own: nothing here is shared.
 */
final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    /** Writes that may begin while an older one is still outstanding. */
    private static final int MAX_WINDOW = 1 << 22;
    /** How often operations that wait are looked at, ms. */
    private static final long TICK_MS = 5;
    /** While operations wait, everybody is asked for a newer table this often, ms. */
    private static final long ASK_EVERY_MS = 250;

    private static final long ASK_TIMEOUT_MS = 1000;
    private static final long NS_PER_MS = 1_000_000;

    private final GatewayLoop loop;
    private final RetryPolicy policy;
    private final long session;
    private final SettledWindow window = new SettledWindow(MAX_WINDOW);
    private final Map<ServerId, ServerLink> links = new HashMap<>();
    private final @Nullable NearCache nearCache;
    private final boolean staleReads;
    private final boolean asyncSet;
    private final boolean asyncDelete;

    private Router router = Router.NONE;
    /** By the router's places. */
    private ServerLink[] byPlace = new ServerLink[0];

    private final SentFlights sent = new SentFlights();
    private List<Flight> waiting = new ArrayList<>();
    private boolean tickPlanned;
    private boolean hasAsked;
    private long lastAskNs;
    private int turn;
    private int flying;

    /** @param session random, not 0 */
    Dispatcher(GatewayLoop loop, GatewayOptions options, long session) {
        this.loop = loop;
        this.session = session;
        policy = RetryPolicy.within(options.timeoutMs());
        nearCache = loop.nearCache();
        staleReads = options.staleReads();
        asyncSet = options.asyncSet();
        asyncDelete = options.asyncDelete();
    }

    Router router() {
        return router;
    }

    /** Operations that wait to be tried again; for figures, from any thread. */
    int waiting() {
        return waiting.size();
    }

    /** Operations under way; for figures, from any thread. */
    int flying() {
        return flying;
    }

    /** The operation was read from its client: its time runs. */
    void start(Flight flight) {
        flight.start(loop.nowNs(), policy);
    }

    /** Begins a started operation; its owner hears of the end, perhaps before this returns. */
    void begin(Flight flight) {
        flying++;
        if (flight.isLate(loop.nowNs())) {
            flight.refuse("deadline of " + policy.timeoutMs()
                    + " ms passed while it waited for the client's operations before it on the same key");
            end(flight);
        } else if (!flight.asks()) {
            numberAndSend(flight);
        } else if (nearCache != null && flight.answersItself()) {
            end(flight);
        } else {
            trySend(flight);
        }
    }

    private void numberAndSend(Flight flight) {
        if (flight.owner().session().admission().isReadOnly()) {
            flight.refuse("this gateway is read-only");
            end(flight);
        } else if (window.isFull()) {
            flight.refuse("too many writes since the oldest one that has no answer yet");
            end(flight);
        } else {
            forget(flight);
            flight.number(window.begin());
            trySend(flight);
        }
    }

    /** What was read before this write does not count any more. */
    private void forget(Flight write) {
        if (nearCache != null) {
            nearCache.onWrite(write.key());
        }
    }

    /** What was asked for by a read asks for a write: the operation goes on as one. */
    void goOn(Flight flight) {
        sent.remove(flight);
        flight.endProbe();
        numberAndSend(flight);
    }

    private void trySend(Flight flight) {
        if (!router.hasServers() && !loop.isTableExpected()) {
            flight.refuse(loop.noTable());
            end(flight);
            return;
        }
        flight.startTry();
        if (!router.hasServers()) {
            onError(flight, ErrorCode.NO_TABLE, loop.noTable(), 0);
            return;
        }
        int partition = flight.partition(router);
        int place = isForAnyCopy(flight) ? router.copyOf(partition, turn++) : router.primaryOf(partition);
        if (place < 0) {
            onError(flight, ErrorCode.NO_PRIMARY, ErrorCode.NO_PRIMARY.text(), 0);
            return;
        }
        ServerLink link = byPlace[place];
        sent.add(flight, link);
        flight.sendTo(link, partition);
    }

    private boolean isForAnyCopy(Flight flight) {
        return flight.asks() && (staleReads || flight.asksAnyCopy());
    }

    /** Sends a read; for {@link Flight#sendTo}. */
    void read(Flight flight, ServerLink server, int partition, ResultHandler<GetResult> handler) {
        server.client()
                .call(
                        flight.toGet(partition, router.version(), staleReads),
                        flight.attemptMs(loop.nowNs(), policy),
                        handler);
    }

    /** Sends a write; for {@link Flight#sendTo}. */
    void write(WriteFlight flight, ServerLink server, int partition, ResultHandler<WriteResult> handler) {
        boolean async = flight.kind() == WriteKind.DELETE ? asyncDelete : asyncSet;
        server.client()
                .call(
                        flight.toWrite(partition, router.version(), session, window.settledBelow(), async),
                        flight.attemptMs(loop.nowNs(), policy),
                        handler);
    }

    void onAnswer(Flight flight) {
        if (!flight.hasEnded()) { // else two tries were answered
            end(flight);
        }
    }

    void onError(Flight flight, ErrorCode code, String text, long tableVersion) {
        ServerLink link = flight.link();
        if (link != null && tableVersion > router.version()) {
            askForTable(link);
        }
        if (flight.hasEnded()) {
            return;
        }
        switch (flight.onError(code, text, loop.nowNs(), policy)) {
            case END -> {
                loop.stats().increment(flight.asks() ? Count.READ_ERRORS : Count.WRITE_ERRORS);
                end(flight);
            }
            case RETRY -> {
                sent.remove(flight);
                if (!flight.isWaiting()) {
                    flight.setWaiting(true);
                    waiting.add(flight);
                    planTick();
                }
            }
            case WAIT -> {}
        }
    }

    private void end(Flight flight) {
        flying--;
        sent.remove(flight);
        flight.setEnded();
        if (flight.counter() != 0) {
            forget(flight);
            window.settle(flight.counter());
        }
        flight.owner().onEnd(flight);
    }

    // --- Trying again. ---

    private void planTick() {
        if (!tickPlanned) {
            tickPlanned = true;
            loop.afterMs(TICK_MS, this::onTick);
        }
    }

    private void onTick() {
        tickPlanned = false;
        long now = loop.nowNs();
        if (!waiting.isEmpty() && (!hasAsked || now - lastAskNs >= ASK_EVERY_MS * NS_PER_MS)) {
            hasAsked = true; // the clock's zero is anywhere
            lastAskNs = now;
            links.values().forEach(this::askForTable);
        }
        retry(now, false);
        if (!waiting.isEmpty()) {
            planTick();
        }
    }

    /** Sends what is due, or all, in the order in which it failed. */
    private void retry(long nowNs, boolean all) {
        List<Flight> candidates = waiting;
        waiting = new ArrayList<>();
        for (Flight flight : candidates) {
            if (flight.hasEnded()) {
                continue; // a try that was slow was answered after all
            }
            if (all || flight.retryAtNs() - nowNs <= 0) {
                flight.setWaiting(false);
                loop.stats().increment(Count.RETRIES);
                trySend(flight);
            } else {
                waiting.add(flight);
            }
        }
    }

    // --- The table. ---

    void onTable(ClusterTable table) {
        if (table.version() <= router.version()) {
            return;
        }
        Router newRouter = Router.of(table);
        Map<ServerId, ServerLink> old = new HashMap<>(links);
        ServerLink[] places = new ServerLink[newRouter.servers().size()];
        for (int i = 0; i < places.length; i++) {
            ServerInfo info = newRouter.servers().get(i);
            ServerLink link = old.remove(info.id());
            if (link == null || !link.address().equals(info.address())) {
                if (link != null) {
                    link.client().close();
                }
                link = new ServerLink(info.address(), loop.connect(info.address()));
                links.put(info.id(), link);
            }
            places[i] = link;
        }
        router = newRouter;
        byPlace = places;
        old.forEach((id, link) -> {
            links.remove(id);
            link.client().close();
        });
        retry(loop.nowNs(), true);
        sendMoved();
    }

    /** What was sent to a server that is not to answer it any more is sent to the one that is. */
    private void sendMoved() {
        List<Flight> moved = new ArrayList<>();
        for (Flight flight = sent.first(); flight != null; flight = flight.after()) {
            int place = router.primaryOf(flight.partition(router));
            if (!isForAnyCopy(flight) && place >= 0 && byPlace[place] != flight.link()) {
                moved.add(flight);
            }
        }
        for (Flight flight : moved) {
            sent.remove(flight);
            loop.stats().increment(Count.RETRIES);
            trySend(flight);
        }
    }

    private void askForTable(ServerLink link) {
        if (link.isAskingForTable() || !link.client().isConnected()) {
            return;
        }
        link.setAskingForTable(true);
        link.client().call(new TableGet(router.version()), ASK_TIMEOUT_MS, new ResultHandler<TableResult>() {
            @Override
            public void onResult(TableResult result) {
                link.setAskingForTable(false);
                if (!result.table().isEmpty()) {
                    take(result, link);
                }
            }

            @Override
            public void onError(ErrorCode code, String text) {
                link.setAskingForTable(false);
            }
        });
    }

    private void take(TableResult result, ServerLink from) {
        try {
            loop.offer(TableCodec.decode(result.table()));
        } catch (KumoException e) {
            LOG.warn("table refused version={} from={} reason={}", result.version(), from.address(), e.getMessage());
        }
    }

    void close() {
        links.values().forEach(link -> link.client().close());
    }
}
