package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.gateway.memcached.ParseResult;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A memcached client's connection. Commands are carried out beside each other, but answered in the client's order; what
 * one turn of the event loop has to say leaves in one write. A client with too much under way, or that does not read,
 * is not read from. Stands in Netty's pipeline before the handler of Vert.x; lives on its event loop.
 */
final class ClientSession extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ClientSession.class);
    private static final int MAX_QUEUED = 1024;
    private static final int MAX_FLYING = 128;
    /** Commands of a client that are begun before others have their turn. */
    private static final int COMMANDS_PER_TURN = 128;
    /** Answers past it are handed to the socket before more are written. */
    private static final int CHUNK_BYTES = 256 << 10;
    /** Input that may wait while nothing can begin, before reading stops. */
    private static final int INPUT_BYTES = 64 << 10;

    /** Until some values were seen they may be large. */
    private static final int FIRST_EXPECTED_REPLY = 256 << 10;

    private static final int LEAST_EXPECTED_REPLY = 256;
    private static final int LEAST_OUT_BYTES = 256;

    private final GatewayLoop loop;
    private final Dispatcher dispatcher;
    private final long clientBytes;
    private final GatewayOptions options;
    private final ListenerOptions.Spoken spoken;
    private final Admission admission;
    private final Patience patience;
    private final Bytes keyPrefix;
    private final ChannelHandlerContext ctx;
    private final Channel channel;
    private final Queue<Pending> queue = new ArrayDeque<>();
    private final InputBuffer input;

    private final ClientFlights flights;

    /** Chosen by the client's first byte. */
    private @Nullable ClientProtocol protocol;
    /** A command whose operations did not all begin yet; nothing is parsed before they did. */
    private @Nullable Pending feeding;
    /** It was others' turn before all of its input was parsed. */
    private boolean isYielding;

    private long heldBytes;
    private int expectedReplyBytes = FIRST_EXPECTED_REPLY;
    private @Nullable ByteBuf out;
    private int turnBytes = LEAST_OUT_BYTES;
    /** Planned to run at the end of the loop's turn. */
    private boolean planned;
    /** The client will send nothing more. */
    private boolean inputEnded;
    /** Nothing more is parsed: the last command is in the queue. */
    private boolean ended;

    private boolean closed;
    /** Answers handed to the socket, and those of them that it did not take when it was looked at last. */
    private long sentBytes;

    private long unreadBytes;
    private long unreadSinceNs;

    ClientSession(
            GatewayLoop loop, ChannelHandlerContext vertxHandler, GatewayOptions options, ListenerOptions listener) {
        this.loop = loop;
        dispatcher = loop.dispatcher();
        clientBytes = options.limits().clientBytes();
        patience = new Patience(options.limits(), loop.nowNs());
        this.options = options;
        flights = new ClientFlights(dispatcher);
        keyPrefix = options.keyPrefix();
        channel = vertxHandler.channel();
        spoken = listener.protocol();
        admission = new Admission(listener, loop, channel);
        input = new InputBuffer(channel.alloc(), loop);
        // A client may send its last command and shut down its side: it still gets the answer.
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(CHUNK_BYTES, 2 * CHUNK_BYTES));
        vertxHandler.pipeline().addBefore(vertxHandler.name(), "kumo-client", this);
        ctx = vertxHandler.pipeline().context(this);
        loop.opened(this);
    }

    GatewayLoop loop() {
        return loop;
    }

    Dispatcher dispatcher() {
        return dispatcher;
    }

    /** The key as servers know it. */
    Bytes storedKey(Bytes key) {
        return keyPrefix.isEmpty() ? key : keyPrefix.concat(key);
    }

    // --- Input. ---

    @Override
    public void channelRead(ChannelHandlerContext unused, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (ended || closed) {
            bytes.release();
            return;
        }
        loop.stats().add(Count.BYTES_READ, bytes.readableBytes());
        if (!input.add(bytes)) {
            loop.stats().increment(Count.STORE_NO_MEMORY);
            protocol().outOfMemory(end());
        }
        pump();
        plan();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext unused) {
        input.settle();
    }

    /** Begins what may begin now. */
    private void pump() {
        isYielding = false;
        for (int left = COMMANDS_PER_TURN; !ended && !closed; left--) {
            if (feeding != null && !feed(feeding)) {
                return;
            }
            feeding = null;
            if (!mayBegin()) {
                if (input.isReadable()) {
                    loop.stats().increment(Count.CONN_YIELDS);
                }
                return;
            }
            if (left == 0) {
                isYielding = true;
                plan();
                return;
            }
            if (!parseNext()) {
                return;
            }
        }
    }

    /** Takes the next command; false if it is not whole yet. */
    private boolean parseNext() {
        if (protocol == null && !input.isReadable()) {
            if (inputEnded) {
                end();
            }
            return false;
        }
        ClientProtocol known = protocol();
        ParseResult result = input.parse(known.parser());
        if (result instanceof ParseResult.Parsed parsed) {
            patience.onCommand(loop.nowNs());
            known.carryOut(parsed.command());
        } else if (result instanceof ParseResult.Refusal refusal) {
            patience.onCommand(loop.nowNs());
            known.refuse(refusal);
        } else {
            patience.onRest(input.isPartial(), loop.nowNs());
            if (inputEnded) {
                end();
            }
            return false;
        }
        return true;
    }

    private ClientProtocol protocol() {
        ClientProtocol known = protocol;
        if (known == null) {
            known = spoken.isBinary(input.firstByte())
                    ? new BinaryProtocol(this, options)
                    : new TextProtocol(this, options);
            protocol = known;
        }
        return known;
    }

    /** Begins the command's operations, as many as may; whether nothing of it is in the way of the next command. */
    private boolean feed(Pending command) {
        if (command.isBarrier() && queue.peek() != command) {
            return command.isDone();
        }
        while (command.hasMore()) {
            if (!mayBegin()) {
                return false;
            }
            command.beginNext();
        }
        return !command.isBarrier() || command.isDone();
    }

    private boolean mayBegin() {
        if (!channel.isWritable()) {
            return false;
        }
        int flying = flights.count();
        if (flying == 0 && queue.size() <= 1) {
            return unreadBytes == 0 || loop.hasRoom();
        }
        return flying < MAX_FLYING
                && (long) flying * expectedReplyBytes < clientBytes
                && queue.size() < MAX_QUEUED
                && heldBytes < clientBytes
                && loop.hasRoom();
    }

    // --- What the protocol asks for. ---

    /** A command whose operations begin one after the other, as far as there is room. */
    void enqueue(Pending command) {
        queue.add(command);
        feeding = command;
    }

    /** A command of one operation, which begins at once. */
    void enqueueBegun(Pending command) {
        queue.add(command);
    }

    /** Where an answer goes that is there at once: to the client, or behind those that are not there yet. */
    ByteBuf reply() {
        if (queue.isEmpty()) {
            return out();
        }
        LinePending line = new LinePending(this);
        queue.add(line);
        return line.text();
    }

    /** Nothing more is read; the connection is closed once everything is answered, with what is written here. */
    ByteBuf end() {
        ended = true;
        input.release();
        LinePending line = new LinePending(this).asLast();
        queue.add(line);
        plan();
        return line.text();
    }

    // --- Operations. ---

    /** Sends an operation, or has it wait for those before it on the same key. */
    void begin(Flight flight, Pending command) {
        flights.begin(flight, command.isBarrier());
    }

    void onEnd(Flight flight) {
        flights.onEnd(flight);
        plan();
    }

    /** Learns how large answers are, so that not too many are asked for at once. */
    void expectReply(int valueBytes) {
        int faded = expectedReplyBytes - (expectedReplyBytes >> 3);
        expectedReplyBytes = Math.max(LEAST_EXPECTED_REPLY, Math.max(valueBytes, faded));
    }

    /** Accounts for memory; negative when it is given back. */
    void hold(long bytes) {
        if (!closed) {
            heldBytes += bytes;
            loop.hold(bytes);
        }
    }

    // --- Who the client is, and what it may do. ---

    Admission admission() {
        return admission;
    }

    /** It is known now whether the client is who it says. */
    void onVerdict() {
        plan();
    }

    /** For figures, from any thread: whether nothing is under way. */
    boolean isQuiet() {
        return heldBytes == 0 && flights.count() == 0;
    }

    /** For figures, from any thread. */
    Patience patience() {
        return patience;
    }

    /** From time to time: disconnects a client that takes too long with something. */
    void look(long nowNs) {
        if (closed) {
            return;
        }
        countUnread();
        boolean quiet = queue.isEmpty() && feeding == null;
        Patience.State state = new Patience.State(
                admission.isAdmitted(),
                channel.config().isAutoRead(),
                quiet,
                !loop.hasRoom(),
                unreadBytes,
                sentBytes - unreadBytes);
        Count reason = switch (patience.look(state, nowNs)) {
            case WAIT -> null;
            case IDLE -> Count.IDLE_KICKS;
            case STALLED -> Count.STALL_KICKS;
            case ANONYMOUS -> Count.ANONYMOUS_KICKS;
        };
        if (reason != null) {
            loop.stats().increment(reason);
            abort();
        }
    }

    /** Whether it did not take all of its answers, for longer than {@code other}. */
    boolean hasWaitedLonger(@Nullable ClientSession other) {
        return !closed && unreadBytes > 0 && (other == null || unreadSinceNs - other.unreadSinceNs < 0);
    }

    /** There is no memory left for a client that does not read. */
    void giveUp() {
        loop.stats().increment(Count.STALL_KICKS);
        abort();
    }

    /** Accounts for answers that the socket did not take. */
    private void countUnread() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        long unread = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        if (unread != unreadBytes) {
            unreadSinceNs = unreadBytes == 0 ? loop.nowNs() : unreadSinceNs;
            loop.hold(unread - unreadBytes);
            unreadBytes = unread;
        }
    }

    // --- Output. ---

    private void plan() {
        if (!planned && !closed) {
            planned = true;
            loop.plan(this);
        }
    }

    /** At the end of the loop's turn: writes what is answered, begins what may begin then. */
    void run() {
        planned = false;
        if (closed) {
            return;
        }
        drain();
        pump();
        flush();
        updateReading();
    }

    private void drain() {
        for (Pending head = queue.peek(); head != null && channel.isWritable(); head = queue.peek()) {
            if (!head.isDone()) {
                head.stream(out());
                return;
            }
            queue.remove();
            head.write(out());
            head.letGo(head.heldBytes());
            if (head.isLast()) {
                flush();
                disconnect();
                return;
            }
            if (out().readableBytes() >= CHUNK_BYTES) {
                flush();
            }
        }
    }

    private ByteBuf out() {
        ByteBuf buffer = out;
        if (buffer == null) {
            buffer = channel.alloc().directBuffer(turnBytes);
            out = buffer;
        }
        return buffer;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the void promise: failures come to exceptionCaught
    private void flush() {
        ByteBuf buffer = out;
        if (buffer == null || closed) {
            return;
        }
        out = null;
        int bytes = buffer.readableBytes();
        if (bytes == 0) {
            buffer.release();
            return;
        }
        loop.stats().add(Count.BYTES_WRITTEN, bytes);
        turnBytes = Math.max(LEAST_OUT_BYTES, Math.min(CHUNK_BYTES, (3 * turnBytes + bytes + (bytes >> 2)) >> 2));
        sentBytes += bytes;
        ctx.writeAndFlush(buffer, ctx.voidPromise());
        countUnread();
    }

    private void updateReading() {
        if (closed || ended || inputEnded) {
            return;
        }
        boolean stuck = input.readableBytes() > INPUT_BYTES && (feeding != null || isYielding || !mayBegin());
        boolean read = channel.isWritable() && !stuck;
        if (read != channel.config().isAutoRead()) {
            channel.config().setAutoRead(read);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext unused) {
        plan();
    }

    // --- The end. ---

    /** No further command is taken; closes once everything is answered. */
    void stop() {
        if (!ended && !closed) {
            end();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext unused, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
            inputEnded = true;
            plan();
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext unused) {
        if (!closed) {
            closed = true;
            ended = true;
            loop.hold(-heldBytes - unreadBytes);
            unreadBytes = 0;
            heldBytes = 0;
            queue.clear();
            input.release();
            if (out != null) {
                out.release();
                out = null;
            }
            loop.closed(this);
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext unused, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.error("client disconnected remote={}", channel.remoteAddress(), cause);
        }
        abort();
    }

    /** Closes now, whatever was not written yet: the handler of Vert.x would wait for a client that does not read. */
    @SuppressWarnings("FutureReturnValueIgnored") // channelInactive tells
    private void abort() {
        ctx.close();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // channelInactive tells
    private void disconnect() {
        channel.close();
    }
}
