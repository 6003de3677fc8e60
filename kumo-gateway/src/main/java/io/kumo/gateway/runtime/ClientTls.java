package io.kumo.gateway.runtime;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of a client that was counted in, before its session in Netty's pipeline: so who never completes the handshake
 * counts as a client, too. This handler hears what becomes of the handshake.
 */
final class ClientTls extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ClientTls.class);
    /** For the handshake. */
    private static final long HANDSHAKE_MS = 10_000;

    private final LoopStats stats;

    private ClientTls(LoopStats stats) {
        this.stats = stats;
    }

    static void install(ChannelPipeline pipeline, TlsFiles files, ClientLimits limits, LoopStats stats) {
        SslHandler handler = files.ssl().newHandler(pipeline.channel().alloc());
        handler.setHandshakeTimeoutMillis(
                limits.stallMs() > 0 ? Math.min(HANDSHAKE_MS, limits.stallMs()) : HANDSHAKE_MS);
        pipeline.addFirst("kumo-tls-events", new ClientTls(stats));
        pipeline.addFirst("kumo-tls", handler);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
            ctx.fireUserEventTriggered(event);
        } else if (!handshake.isSuccess()) { // and the connection is closed
            stats.increment(Count.FAILED_HANDSHAKES);
            LOG.debug(
                    "handshake failed remote={} because={}",
                    ctx.channel().remoteAddress(),
                    String.valueOf(handshake.cause()));
        }
    }

    /** What is wrong with a record is the client's fault, as what is wrong with a connection. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
        Throwable cause = failure.getCause();
        ctx.fireExceptionCaught(failure instanceof DecoderException && cause != null ? cause : failure);
    }
}
