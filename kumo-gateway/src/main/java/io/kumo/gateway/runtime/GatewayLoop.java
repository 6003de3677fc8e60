package io.kumo.gateway.runtime;

import io.kumo.base.HostPort;
import io.kumo.error.KumoException;
import io.kumo.gateway.memcached.BinaryParser;
import io.kumo.gateway.memcached.LoginParser;
import io.kumo.gateway.memcached.TextParser;
import io.kumo.gateway.memcached.TextReplies;
import io.kumo.node.runtime.Latency;
import io.kumo.node.runtime.Meter;
import io.kumo.protocol.WriteKind;
import io.kumo.rpc.runtime.RpcClient;
import io.kumo.table.ClusterTable;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollSocketChannelConfig;
import io.vertx.core.Context;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the clients of one event loop share: their dispatcher, counters, memory, and the end of each turn. */
final class GatewayLoop {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayLoop.class);
    /** A client that sends without end is read once, then it is the others' turn. */
    private static final RecvByteBufAllocator ONE_READ =
            new AdaptiveRecvByteBufAllocator(64, 2 << 10, 64 << 10).maxMessagesPerRead(1);

    private static final int KEEPALIVE_S = 60;
    /** Numbers of kinds of writes are small; 0 is for reads. */
    private static final int KINDS = 32;

    private final Gateway gateway;
    private final ContextInternal context;
    private final EventLoop eventLoop;
    private final Dispatcher dispatcher;
    private final TextParser parser;
    private final LoginParser loginParser = new LoginParser();
    private final BinaryParser binaryParser;
    private final BinaryParser binaryLoginParser;
    private final LoopStats stats = new LoopStats();
    private final Latency[] latencies = new Latency[KINDS + 1];
    private final Set<ClientSession> sessions = new HashSet<>();
    private final long maxHeldBytes;
    private long heldBytes;
    private long inputBytes;
    private long nowNs;
    private boolean clockRead;
    private boolean turnEndPlanned;
    private final long lookEveryMs;
    private boolean lookPlanned;

    /** Sessions with something to do at the end of the turn, and the list for the next turn meanwhile. */
    private List<ClientSession> planned = new ArrayList<>();

    private List<ClientSession> spare = new ArrayList<>();
    private final Runnable turnEnd = this::onTurnEnd;

    GatewayLoop(Gateway gateway, Context context, long session) {
        this.gateway = gateway;
        this.context = (ContextInternal) context;
        eventLoop = this.context.nettyEventLoop();
        GatewayOptions options = gateway.options();
        maxHeldBytes = options.limits().totalBytes() / options.eventLoops();
        int maxKeyBytes = TextParser.MAX_KEY_BYTES - options.keyPrefix().length();
        parser = new TextParser(options.maxValueBytes(), maxKeyBytes);
        binaryParser = new BinaryParser(options.maxValueBytes(), maxKeyBytes);
        binaryLoginParser = new BinaryParser(0, maxKeyBytes);
        lookEveryMs = Patience.lookEveryMs(options.limits());
        dispatcher = new Dispatcher(this, options, session);
        latencies[0] = gateway.metrics().latency(Meter.OPERATION_LATENCY, "kind", "get");
        for (WriteKind kind : WriteKind.values()) {
            String name = kind.name().toLowerCase(Locale.ROOT);
            latencies[kind.number()] = gateway.metrics().latency(Meter.OPERATION_LATENCY, "kind", name);
        }
    }

    // --- What sessions need. ---

    Dispatcher dispatcher() {
        return dispatcher;
    }

    TextParser parser() {
        return parser;
    }

    /** @param admitted false for clients that did not say yet who they are: they may send nothing large */
    BinaryParser binaryParser(boolean admitted) {
        return admitted ? binaryParser : binaryLoginParser;
    }

    LoopStats stats() {
        return stats;
    }

    /** Of a write of that kind; of reads for null. */
    Latency latency(@Nullable WriteKind kind) {
        return latencies[kind == null ? 0 : kind.number()];
    }

    /** What happens in one turn happens at one time: the clock is read once a turn. */
    long nowNs() {
        if (!clockRead) {
            clockRead = true;
            nowNs = gateway.clock().monotonicNs();
            planTurnEnd();
        }
        return nowNs;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // never cancelled
    void afterMs(long delayMs, Runnable action) {
        eventLoop.schedule(action, delayMs, TimeUnit.MILLISECONDS);
    }

    /** From any thread. */
    void run(Runnable action) {
        eventLoop.execute(action);
    }

    /** Null where there is none. */
    @Nullable
    NearCache nearCache() {
        return gateway.nearCache();
    }

    /** Null where nobody has to authenticate. */
    @Nullable
    Authenticator authenticator() {
        return gateway.authenticator();
    }

    /** For clients that did not say yet who they are. */
    LoginParser loginParser() {
        return loginParser;
    }

    RpcClient connect(HostPort address) {
        return gateway.connect(context, address);
    }

    void offer(ClusterTable table) {
        try {
            gateway.tables().offer(table);
        } catch (KumoException e) {
            LOG.warn("table refused version={} reason={}", table.version(), e.getMessage());
        }
    }

    /** Whether a first table may come any moment: nobody said that there is none. */
    boolean isTableExpected() {
        return gateway.isTableExpected();
    }

    /** Why there is no table, where there is none. */
    String noTable() {
        return gateway.noTable();
    }

    // --- Memory. ---

    void hold(long bytes) {
        heldBytes += bytes;
    }

    /** Whether commands may begin beside those under way. */
    boolean hasRoom() {
        return heldBytes < maxHeldBytes;
    }

    void holdInput(long bytes) {
        inputBytes += bytes;
    }

    /** Whether clients may send more of what is not complete yet. */
    boolean hasInputRoom() {
        return inputBytes < maxHeldBytes;
    }

    long heldBytes() {
        return heldBytes + inputBytes;
    }

    // --- The end of a turn. ---

    /** The session is run once everything that is ready now was read. */
    void plan(ClientSession session) {
        planned.add(session);
        planTurnEnd();
    }

    private void planTurnEnd() {
        if (!turnEndPlanned) {
            turnEndPlanned = true;
            eventLoop.execute(turnEnd);
        }
    }

    private void onTurnEnd() {
        turnEndPlanned = false;
        List<ClientSession> now = planned;
        planned = spare;
        for (int i = 0; i < now.size(); i++) {
            now.get(i).run();
        }
        now.clear();
        spare = now;
        if (heldBytes > 2 * maxHeldBytes) {
            relieve();
        }
        clockRead = false;
    }

    /** Memory ran out, and beyond: the client goes that waits longest to read. */
    private void relieve() {
        ClientSession slowest = null;
        for (ClientSession session : sessions) {
            slowest = session.hasWaitedLonger(slowest) ? session : slowest;
        }
        if (slowest != null) {
            slowest.giveUp();
            planTurnEnd();
        }
    }

    // --- Clients. ---

    /**
     * Takes a new client over; on the loop.
     *
     * @param tls null for plain ones
     */
    void accept(NetSocket socket, ListenerOptions listener, @Nullable TlsFiles tls) {
        stats.increment(Count.TOTAL_CONNECTIONS);
        ChannelHandlerContext handler = ((NetSocketInternal) socket).channelHandlerContext();
        if (!gateway.admit()) {
            stats.increment(Count.REJECTED_CONNECTIONS);
            turnAway(handler, tls != null);
            return;
        }
        if (handler.channel().config() instanceof EpollSocketChannelConfig tcp && !listener.isUnix()) {
            // A host that is gone is noticed after two minutes, not after two hours.
            tcp.setTcpKeepIdle(KEEPALIVE_S).setTcpKeepIntvl(KEEPALIVE_S / 4).setTcpKeepCnt(4);
        }
        handler.channel().config().setRecvByteBufAllocator(ONE_READ);
        if (tls != null) {
            ClientTls.install(handler.pipeline(), tls, gateway.options().limits(), stats);
        }
        new ClientSession(this, handler, gateway.options(), listener);
    }

    /** A handshake only to say no would take as much as a client. */
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for its end
    private static void turnAway(ChannelHandlerContext handler, boolean encrypted) {
        if (encrypted) {
            handler.channel().close();
            return;
        }
        ByteBuf text = handler.alloc().buffer();
        text.writeCharSequence("ERROR Too many open connections\r\n", StandardCharsets.US_ASCII);
        handler.writeAndFlush(text).addListener(ChannelFutureListener.CLOSE);
    }

    void opened(ClientSession session) {
        sessions.add(session);
        gateway.sessions().add(session);
        if (!lookPlanned) {
            lookPlanned = true;
            afterMs(lookEveryMs, this::lookAtClients);
        }
    }

    /** Disconnects clients that take too long with something. */
    private void lookAtClients() {
        lookPlanned = !sessions.isEmpty();
        if (lookPlanned) {
            afterMs(lookEveryMs, this::lookAtClients);
        }
        for (ClientSession session : new ArrayList<>(sessions)) {
            session.look(nowNs());
        }
    }

    void closed(ClientSession session) {
        if (sessions.remove(session)) {
            gateway.sessions().remove(session);
            gateway.release();
        }
    }

    /** Answers {@code stats}. */
    void writeStats(String topic, ClientSession asking, ByteBuf out) {
        if (!gateway.stats().write(topic, asking, out)) {
            TextReplies.line(out, "ERROR");
        }
    }

    // --- Start and stop. ---

    void onTable(ClusterTable table) {
        dispatcher.onTable(table);
    }

    /** Sessions take no more commands and close once everything is answered. */
    void stopSessions() {
        new ArrayList<>(sessions).forEach(ClientSession::stop);
    }

    void close() {
        dispatcher.close();
    }
}
