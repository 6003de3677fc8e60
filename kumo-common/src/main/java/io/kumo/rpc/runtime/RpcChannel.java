package io.kumo.rpc.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.node.runtime.Failures;
import io.kumo.protocol.Call;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.Message;
import io.kumo.protocol.MessageReader;
import io.kumo.protocol.MessageWriter;
import io.kumo.protocol.Method;
import io.kumo.protocol.Role;
import io.kumo.rpc.FrameDecoder;
import io.kumo.rpc.InFlight;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.Context;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection. It stands in Netty's pipeline before the handler of Vert.x, and so reads and writes Netty's buffers
 * without a copy and without an object for each message; Vert.x makes, secures and closes the socket.
 */
final class RpcChannel extends ChannelInboundHandlerAdapter implements RpcConnection {
    private static final Logger LOG = LoggerFactory.getLogger(RpcChannel.class);
    private static final int REQUEST = 0;
    private static final int RESPONSE = 1;
    private static final int NOTICE = 2;
    /** Largest frame of who has not said yet who it is. */
    private static final int STRANGER_FRAME_BYTES = 4096;

    private final ContextInternal context;
    private final NetSocketInternal socket;
    private final RpcEndpoint endpoint;
    private final RpcLimits limits;
    private final ChannelHandlerContext ctx;
    private final FrameDecoder decoder;
    private final MessageReader reader = new MessageReader(Unpooled.EMPTY_BUFFER);
    private final FrameWriter writer;
    private final Backpressure backpressure;
    private final LargeAnswers largeAnswers;
    private final InFlight<ResultHandler<?>> inFlight;
    private final List<Runnable> closeActions = new ArrayList<>();
    private final String remote;

    private Role peer = Role.OPERATOR;
    private String peerName = "";
    private @Nullable Introduction introduction;
    private boolean helloDone;
    private boolean closed;
    private @Nullable ScheduledFuture<?> deadlineTimer;
    private long deadlineTimerNs;

    /** Takes the socket over; on its loop, before anything was read. */
    RpcChannel(NetSocket socket, ContextInternal context, RpcEndpoint endpoint) {
        this.socket = (NetSocketInternal) socket;
        this.context = context;
        this.endpoint = endpoint;
        this.limits = endpoint.limits();
        this.remote = String.valueOf(socket.remoteAddress());
        decoder = new FrameDecoder(Math.min(STRANGER_FRAME_BYTES, limits.maxFrameBytes()));
        inFlight = new InFlight<>(limits.maxInFlight());
        ChannelHandlerContext vertxHandler = this.socket.channelHandlerContext();
        vertxHandler.pipeline().addBefore(vertxHandler.name(), "kumo-rpc", this);
        ctx = vertxHandler.pipeline().context(this);
        writer = new FrameWriter(ctx, limits.maxFrameBytes());
        backpressure = new Backpressure(ctx.channel(), writer, limits, this::closeBecause);
        largeAnswers = new LargeAnswers(ctx.channel(), context);
    }

    // --- Calls from here. ---

    @Override
    public <R extends Message> void call(Call<R> call, long timeoutMs, ResultHandler<R> handler) {
        checkLoop();
        if (closed) {
            handler.onError(ErrorCode.NOT_CONNECTED, "not connected to " + remote, 0);
            return;
        }
        Method<?, ?> method = call.method();
        long now = System.nanoTime();
        long timeoutNs = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        int id = overfull() ? -1 : inFlight.add(method, handler, now + timeoutNs);
        if (id < 0) {
            handler.onError(ErrorCode.OVERLOADED, ErrorCode.OVERLOADED.text() + " to " + remote, 0);
            return;
        }
        MessageWriter out = writer.begin().fields(4).put(REQUEST).put(id).put(method.number());
        if (encode(call, out) < 0) {
            inFlight.take(id);
            handler.onError(ErrorCode.TOO_LARGE, method.name() + " is larger than a frame may be", 0);
            return;
        }
        armDeadline(now, timeoutNs);
    }

    @Override
    public boolean send(Call<?> notice) {
        checkLoop();
        if (closed || overfull()) {
            return false;
        }
        Method<?, ?> method = notice.method();
        return encode(notice, writer.begin().fields(3).put(NOTICE).put(method.number())) >= 0;
    }

    private boolean overfull() {
        return !ctx.channel().isWritable() && writer.unwrittenBytes() > limits.maxUnwrittenBytes();
    }

    /** Writes the message and ends the frame; its bytes, -1 if it was too large. */
    private int encode(Message message, MessageWriter out) {
        try {
            message.encode(out);
        } catch (RuntimeException e) {
            writer.undo();
            throw e;
        }
        return writer.end();
    }

    // --- Reading. ---

    @Override
    public void channelRead(ChannelHandlerContext unused, Object message) {
        if (closed) {
            ((ByteBuf) message).release();
            return;
        }
        decoder.feed((ByteBuf) message);
        takeFrames();
    }

    /** Those that came, as long as the answers to those before them go out: small requests may have large answers. */
    private void takeFrames() {
        ContextInternal previous = context.beginDispatch();
        try {
            while (!closed && !backpressure.answersStuck()) {
                ByteBuf frame = decoder.frame();
                if (frame == null) {
                    break;
                }
                onFrame(frame);
            }
        } catch (KumoException e) {
            closeBecause(String.valueOf(e.getMessage()));
        } finally {
            context.endDispatch(previous);
            if (closed) {
                decoder.release();
            }
        }
    }

    /** A KumoException that leaves this method means that the stream makes no sense. */
    private void onFrame(ByteBuf frame) {
        MessageReader in = reader.reset(frame);
        in.open();
        int fields = in.fieldsLeft();
        int type = in.int32();
        if (type == REQUEST && fields == 4) {
            onRequest(in.int32(), in.int32(), in);
        } else if (type == RESPONSE && fields == 4) {
            onResponse(in.int32(), in);
        } else if (type == NOTICE && fields == 3) {
            onNotice(in.int32(), in);
        } else {
            throw new KumoException(ErrorCode.BAD_REQUEST, "not a MessagePack-RPC message");
        }
    }

    private void onRequest(int id, int number, MessageReader in) {
        if (!helloDone) {
            Introduction stranger = introduction;
            if (stranger == null) {
                throw new KumoException(ErrorCode.BAD_REQUEST, "a call before the answer to Hello");
            }
            onIntroduction(stranger, id, number, in);
            return;
        }
        RpcHandlers.Entry<?, ?> entry = endpoint.handlers().entry(number);
        if (entry == null) {
            writeError(id, ErrorCode.UNKNOWN_METHOD, "method " + number + " is not known here");
            return;
        }
        if (!entry.method().callers().include(peer)) {
            writeError(id, ErrorCode.NOT_ALLOWED, notAllowed(entry.method()));
            return;
        }
        backpressure.requestTaken();
        dispatch(entry, in, new Answer<>(this, id & 0xffffffffL));
    }

    private <Q extends Call<R>, R extends Message> void dispatch(
            RpcHandlers.Entry<Q, R> entry, MessageReader in, Answer<?> answer) {
        @SuppressWarnings("unchecked")
        Answer<R> typed = (Answer<R>) answer;
        try {
            entry.dispatch(this, in, typed);
        } catch (KumoException e) {
            typed.fail(e.code(), String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) {
            typed.fail(ErrorCode.INTERNAL, ErrorCode.INTERNAL.text());
            context.reportException(e);
        }
    }

    private void onNotice(int number, MessageReader in) {
        if (!helloDone) {
            throw new KumoException(ErrorCode.BAD_REQUEST, "the first message is not Hello");
        }
        RpcHandlers.Entry<?, ?> entry = endpoint.handlers().entry(number);
        if (entry == null) {
            return;
        }
        if (entry.method().callers().include(peer)) {
            dispatch(entry, in, new Answer<>(this, Answer.NOBODY));
        } else {
            endpoint.security().refused(remote, notAllowed(entry.method()));
        }
    }

    private String notAllowed(Method<?, ?> method) {
        return method.name() + " is not allowed to the role " + peer.word();
    }

    /** A call before the connection is open. */
    private void onIntroduction(Introduction stranger, int id, int number, MessageReader in) {
        try {
            writeResult(id, stranger.answer(number, in));
        } catch (KumoException e) {
            String why = String.valueOf(e.getMessage());
            endpoint.security().refused(remote, why);
            writeError(id, e.code(), why);
            close();
            return;
        }
        Hello hello = stranger.peer();
        if (hello != null) {
            introduced(Introduction.role(hello.role()), hello.name());
        }
    }

    /** The handshake is over: the connection is open. */
    void introduced(Role role, String name) {
        peer = role;
        peerName = name;
        helloDone = true;
        decoder.limit(limits.maxFrameBytes());
        settle();
        endpoint.opened(this);
    }

    private void settle() {
        if (introduction != null) {
            introduction.settle();
        }
    }

    private void onResponse(int id, MessageReader in) {
        if (!inFlight.isKnown(id)) {
            throw new KumoException(ErrorCode.BAD_REQUEST, "an answer to a call that was not made");
        }
        Method<?, ?> method = inFlight.method(id);
        ResultHandler<?> waiter = inFlight.take(id);
        if (waiter != null) {
            Responses.complete(method, waiter, in);
        }
    }

    // --- Answers. ---

    void answered(int id, Message result) {
        checkLoop();
        backpressure.requestDone();
        if (!closed) {
            writeResult(id, result);
        }
    }

    void failed(int id, ErrorCode code, String text) {
        checkLoop();
        backpressure.requestDone();
        if (!closed) {
            writeError(id, code, text);
        }
    }

    private void writeResult(int id, Message result) {
        MessageWriter out =
                writer.begin().fields(4).put(RESPONSE).put(id & 0xffffffffL).nil();
        int bytes = encode(result, out);
        if (bytes < 0) {
            writeError(id, ErrorCode.TOO_LARGE, "the answer is larger than a frame may be");
        } else {
            backpressure.answerWritten(bytes);
        }
    }

    private void writeError(int id, ErrorCode code, String text) {
        MessageWriter out = writer.begin().fields(4).put(RESPONSE).put(id & 0xffffffffL);
        out.fields(3).put(code.number()).put(text).put(endpoint.tableVersion()).nil();
        backpressure.answerWritten(writer.end());
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext unused) {
        if (!closed) {
            backpressure.writabilityChanged();
            if (ctx.channel().isWritable()) {
                ctx.executor().execute(this::resume); // not within the write that found room
            }
        }
    }

    LargeAnswers largeAnswers() {
        return largeAnswers;
    }

    private void resume() {
        if (!closed) {
            largeAnswers.wake();
            takeFrames();
        }
    }

    // --- Deadlines. ---

    /** One timer for all calls; it fires at the first deadline there was when it was set. */
    private void armDeadline(long now, long timeoutNs) {
        if (deadlineTimer == null || now + timeoutNs - deadlineTimerNs < 0) {
            cancelDeadlineTimer();
            deadlineTimerNs = now + timeoutNs;
            deadlineTimer = ctx.executor().schedule(this::onDeadline, timeoutNs, TimeUnit.NANOSECONDS);
        }
    }

    private void onDeadline() {
        deadlineTimer = null;
        ContextInternal previous = context.beginDispatch();
        try {
            long now = System.nanoTime();
            for (ResultHandler<?> late = inFlight.takeExpired(now); late != null; late = inFlight.takeExpired(now)) {
                late.onError(ErrorCode.TIMED_OUT, "no answer from " + remote + " in time", 0);
            }
            long next = inFlight.untilDeadlineNs(now);
            if (next != Long.MAX_VALUE && !closed) {
                armDeadline(now, next);
            }
        } finally {
            context.endDispatch(previous);
        }
        if (inFlight.abandoned() > limits.maxInFlight() / 2) {
            closeBecause("it left " + inFlight.abandoned() + " calls unanswered");
        }
    }

    private void cancelDeadlineTimer() {
        if (deadlineTimer != null) {
            deadlineTimer.cancel(false);
            deadlineTimer = null;
        }
    }

    // --- The end. ---

    @Override
    public void channelInactive(ChannelHandlerContext unused) {
        onClosed();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext unused, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("connection failed remote={} cause={}", remote, cause.toString());
            close();
        } else {
            closeBecause(reason(cause));
        }
    }

    private static String reason(Throwable cause) {
        Throwable inner = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        if (inner instanceof NotSslRecordException) {
            return "it does not speak TLS";
        }
        return inner instanceof SSLException ? Failures.reason(inner) : inner.toString();
    }

    private void closeBecause(String why) {
        if (helloDone) {
            LOG.warn("connection closed remote={} peer={} because={}", remote, peerName, why);
        } else {
            endpoint.security().refused(remote, why);
        }
        close();
    }

    @Override
    public void close() {
        checkLoop();
        if (!closed) {
            writer.flush();
            onClosed();
            socket.close();
        }
    }

    private void onClosed() {
        if (closed) {
            return;
        }
        closed = true;
        cancelDeadlineTimer();
        backpressure.close();
        largeAnswers.close();
        writer.release();
        settle();
        ContextInternal previous = context.beginDispatch();
        try {
            for (ResultHandler<?> left = inFlight.takeAny(); left != null; left = inFlight.takeAny()) {
                left.onError(ErrorCode.CONNECTION_LOST, "connection to " + remote + " lost before an answer", 0);
            }
            endpoint.closed(this, helloDone);
            closeActions.forEach(Runnable::run);
        } finally {
            context.endDispatch(previous);
        }
    }

    /** Whatever comes and goes passes through it; before anything did. */
    void secureWith(ChannelHandler tls) {
        ctx.pipeline().addFirst("kumo-tls", tls);
    }

    /** Takes calls once the peer has introduced itself, and closes unless it does so in time. */
    void expect(Introduction stranger) {
        introduction = stranger;
        ScheduledFuture<?> timer = ctx.executor()
                .schedule(
                        () -> {
                            if (!helloDone && !closed) {
                                closeBecause("it sent no Hello");
                            }
                        },
                        limits.connectTimeoutMs(),
                        TimeUnit.MILLISECONDS);
        closeActions.add(() -> timer.cancel(false));
    }

    private void checkLoop() {
        if (!ctx.executor().inEventLoop()) {
            throw new IllegalStateException("an RPC connection was used outside of its event loop");
        }
    }

    // --- For people and for those who wait. ---

    @Override
    public String peerRole() {
        return helloDone ? peer.program() : "";
    }

    @Override
    public String peerName() {
        return peerName;
    }

    @Override
    public String remote() {
        return remote;
    }

    @Override
    public void onClose(Runnable action) {
        closeActions.add(action);
    }

    @Override
    public Context context() {
        return context;
    }
}
