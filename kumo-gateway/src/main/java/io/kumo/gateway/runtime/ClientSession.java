package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.gateway.memcached.Command;
import io.kumo.gateway.memcached.ParseResult;
import io.kumo.gateway.memcached.TextReplies;
import io.kumo.gateway.route.KeyOrder;
import io.kumo.protocol.WriteKind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
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
    private static final int MAX_FLYING = 512;
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
    private final boolean flushAllowed;
    private final Bytes keyPrefix;
    private final ChannelHandlerContext ctx;
    private final Channel channel;
    private final Queue<Pending> queue = new ArrayDeque<>();
    private final InputBuffer input;

    /** Keeps the order of operations on one key; null until two are under way at once. */
    private @Nullable KeyOrder<Flight> order;
    /** The only operation under way, which {@link #order} does not know. */
    private @Nullable Flight lone;
    /** A command whose operations did not all begin yet; nothing is parsed before they did. */
    private @Nullable Pending feeding;

    private int flying;
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

    ClientSession(GatewayLoop loop, ChannelHandlerContext vertxHandler, GatewayOptions options) {
        this.loop = loop;
        dispatcher = loop.dispatcher();
        clientBytes = options.clientBytes();
        flushAllowed = options.flushAll();
        keyPrefix = options.keyPrefix();
        channel = vertxHandler.channel();
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
            end("SERVER_ERROR out of memory reading request");
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
        while (!ended && !closed) {
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
            ParseResult result = input.parse(loop.parser());
            if (result instanceof ParseResult.Parsed parsed) {
                carryOut(parsed.command());
            } else if (result instanceof ParseResult.Malformed malformed) {
                refuse(malformed);
            } else {
                if (inputEnded) {
                    end("");
                }
                return;
            }
        }
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
        if (flying == 0 && queue.size() <= 1) {
            return true;
        }
        return flying < MAX_FLYING
                && (long) flying * expectedReplyBytes < clientBytes
                && queue.size() < MAX_QUEUED
                && heldBytes < clientBytes
                && loop.hasRoom();
    }

    private void carryOut(Command command) {
        if (command instanceof Command.Get get) {
            feed(new ReadPending(this, get.keys(), get.withCas(), null), true);
        } else if (command instanceof Command.Store store) {
            write(
                    store.kind(),
                    store.noreply(),
                    store.key(),
                    new Flight.Fields(store.flags(), store.exptime(), store.cas(), store.value()));
        } else if (command instanceof Command.Delete delete) {
            write(WriteKind.DELETE, delete.noreply(), delete.key(), Flight.Fields.NONE);
        } else if (command instanceof Command.Count count) {
            write(count.kind(), count.noreply(), count.key(), new Flight.Fields(0, 0, count.delta(), Bytes.EMPTY));
        } else if (command instanceof Command.Touch touch) {
            write(WriteKind.TOUCH, touch.noreply(), touch.key(), new Flight.Fields(0, touch.exptime(), 0, Bytes.EMPTY));
        } else if (command instanceof Command.GetAndTouch gat) {
            Flight.Fields touch = new Flight.Fields(0, gat.exptime(), 0, Bytes.EMPTY);
            feed(new ReadPending(this, gat.keys(), gat.withCas(), touch), true);
        } else if (command instanceof Command.Quit) {
            end("");
        } else {
            answerAtOnce(command);
        }
    }

    private void answerAtOnce(Command command) {
        if (command instanceof Command.Noop) {
            TextReplies.noop(reply());
        } else if (command instanceof Command.Version) {
            TextReplies.version(reply(), loop.build());
        } else if (command instanceof Command.Verbosity verbosity) {
            if (!verbosity.noreply()) {
                TextReplies.ok(reply());
            }
        } else if (command instanceof Command.Stats stats) {
            loop.writeStats(stats.topic(), reply());
        } else if (command instanceof Command.FlushAll flush) {
            if (flushAllowed) {
                feed(new FlushPending(this, flush.noreply()), true);
            } else if (!flush.noreply()) {
                TextReplies.line(reply(), "CLIENT_ERROR flush_all not allowed");
            }
        }
    }

    private void feed(Pending command, boolean queued) {
        if (queued) {
            queue.add(command);
        }
        feeding = command;
    }

    private void write(WriteKind kind, boolean noreply, Bytes key, Flight.Fields fields) {
        WritePending write = new WritePending(this, kind, noreply);
        queue.add(write);
        write.begin(key, fields);
    }

    private void refuse(ParseResult.Malformed malformed) {
        if (malformed.swallow() > 0) {
            loop.stats().increment(Count.STORE_TOO_LARGE);
        }
        if (malformed.close()) {
            end(malformed.reply());
        } else if (!malformed.reply().isEmpty()) {
            TextReplies.line(reply(), malformed.reply());
        }
    }

    /** Where an answer goes that is there at once: to the client, or behind those that are not there yet. */
    private ByteBuf reply() {
        if (queue.isEmpty()) {
            return out();
        }
        LinePending line = new LinePending(this);
        queue.add(line);
        return line.text();
    }

    /** Nothing more is read; the connection is closed once everything is answered. */
    private void end(String lastWords) {
        ended = true;
        input.release();
        LinePending line = new LinePending(this).asLast();
        if (!lastWords.isEmpty()) {
            TextReplies.line(line.text(), lastWords);
        }
        queue.add(line);
        plan();
    }

    // --- Operations. ---

    /** Sends an operation, or has it wait for those before it on the same key. */
    void begin(Flight flight, Pending command) {
        dispatcher.start(flight);
        if (command.isBarrier()) {
            flying++;
            dispatcher.begin(flight);
            return;
        }
        if (flying++ == 0) {
            lone = flight;
            dispatcher.begin(flight);
            return;
        }
        KeyOrder<Flight> known = order;
        if (known == null) {
            known = new KeyOrder<>();
            order = known;
        }
        Flight first = lone;
        if (first != null) {
            known.enter(first);
            lone = null;
        }
        if (known.enter(flight)) {
            dispatcher.begin(flight);
        }
    }

    void onEnd(Flight flight) {
        flying--;
        KeyOrder<Flight> known = order;
        if (lone == flight) {
            lone = null;
        } else if (known != null && !flight.owner().isBarrier()) {
            known.leave(flight);
            for (Flight next = known.next(flight.key()); next != null; next = known.next(flight.key())) {
                dispatcher.begin(next);
            }
        }
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
        ctx.writeAndFlush(buffer, ctx.voidPromise());
    }

    private void updateReading() {
        if (closed || ended || inputEnded) {
            return;
        }
        boolean stuck = input.readableBytes() > INPUT_BYTES && (feeding != null || !mayBegin());
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
            end("");
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext unused, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
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
            loop.hold(-heldBytes);
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
        disconnect();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // channelInactive tells
    private void disconnect() {
        channel.close();
    }
}
