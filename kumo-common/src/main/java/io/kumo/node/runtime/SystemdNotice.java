package io.kumo.node.runtime;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd how this process is, where systemd started it as a {@code Type=notify} service: it names a Unix
 * datagram socket in the environment then. Java has no such sockets, Netty's epoll transport has; where that is missing
 * (it is there for x86-64 and ARM64) systemd's own command is called. Called by {@link NodeMain} on threads that may
 * wait.
 */
final class SystemdNotice {
    private static final Logger LOG = LoggerFactory.getLogger(SystemdNotice.class);
    private static final String SOCKET = "NOTIFY_SOCKET";
    /** Without this word a start fails, so a busy host gets time; a stop has little. */
    private static final long READY_WITHIN_MS = 10_000;

    private static final long STOPPING_WITHIN_MS = 500;

    private SystemdNotice() {}

    /** It serves. */
    static void ready(String status) {
        send("READY=1\nSTATUS=" + status, READY_WITHIN_MS);
    }

    /** It was told to end. */
    static void stopping() {
        send("STOPPING=1\nSTATUS=stopping", STOPPING_WITHIN_MS);
    }

    private static void send(String state, long withinMs) {
        String socket = System.getenv(SOCKET);
        if (socket != null && !socket.isEmpty()) {
            send(socket, state, withinMs, Epoll.isAvailable());
        }
    }

    /** A failure is logged: whoever waits for the word will tell the operator that it did not come. */
    static void send(String socket, String state, long withinMs, boolean byEpoll) {
        try {
            if (byEpoll) {
                sendItself(socket, state, withinMs);
            } else {
                sendByCommand(socket, state, withinMs);
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("systemd was not told socket={} because={}", socket, Failures.reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void sendItself(String socket, String state, long withinMs)
            throws IOException, InterruptedException {
        // A name that begins with @ is one of the abstract namespace, where the kernel wants a zero byte.
        String path = socket.startsWith("@") ? "\0" + socket.substring(1) : socket;
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            Bootstrap bootstrap = new Bootstrap()
                    .group(group)
                    .channel(EpollDomainDatagramChannel.class)
                    .handler(new ChannelInboundHandlerAdapter());
            Channel channel = done(bootstrap.connect(new DomainSocketAddress(path)), withinMs);
            done(channel.writeAndFlush(Unpooled.copiedBuffer(state, StandardCharsets.UTF_8)), withinMs);
        } finally {
            group.shutdownGracefully(0, withinMs, TimeUnit.MILLISECONDS).awaitUninterruptibly(withinMs);
        }
    }

    private static Channel done(ChannelFuture future, long withinMs) throws IOException, InterruptedException {
        if (!future.await(withinMs, TimeUnit.MILLISECONDS)) {
            throw new IOException("no answer within " + withinMs + " ms");
        }
        if (!future.isSuccess()) {
            throw new IOException(future.cause().toString(), future.cause());
        }
        return future.channel();
    }

    private static void sendByCommand(String socket, String state, long withinMs)
            throws IOException, InterruptedException {
        ProcessBuilder command = new ProcessBuilder("systemd-notify");
        command.command().addAll(state.lines().toList());
        command.environment().put(SOCKET, socket);
        command.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        Process process = command.start();
        if (!process.waitFor(withinMs, TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new IOException("systemd-notify did not end within " + withinMs + " ms");
        }
        if (process.exitValue() != 0) {
            throw new IOException("systemd-notify ended with " + process.exitValue());
        }
    }
}
