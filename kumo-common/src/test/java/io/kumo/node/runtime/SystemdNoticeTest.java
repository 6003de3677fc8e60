package io.kumo.node.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemdNoticeTest {
    private static final long SEND_WITHIN_MS = 10_000;
    private static final long HEARD_WITHIN_S = 10;

    @TempDir
    Path directory;

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private EventLoopGroup group;

    @BeforeEach
    void needsEpoll() {
        Assumptions.assumeTrue(Epoll.isAvailable(), "systemd's end of the socket is one of Linux");
        group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    }

    @AfterEach
    void end() {
        if (group != null) {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    /** What systemd does: it listens on a datagram socket. */
    private Channel listen(String path) {
        var handler = new SimpleChannelInboundHandler<DomainDatagramPacket>() {
            @Override
            protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket packet) {
                heard.add(packet.content().toString(StandardCharsets.UTF_8));
            }
        };
        return new Bootstrap()
                .group(group)
                .channel(EpollDomainDatagramChannel.class)
                .handler(handler)
                .bind(new DomainSocketAddress(path))
                .syncUninterruptibly()
                .channel();
    }

    @Test
    void tellsThroughTheSocket() throws InterruptedException {
        String socket = directory.resolve("notify").toString();
        listen(socket);
        SystemdNotice.send(socket, "READY=1\nSTATUS=serves", SEND_WITHIN_MS, true);
        assertEquals("READY=1\nSTATUS=serves", heard.poll(HEARD_WITHIN_S, TimeUnit.SECONDS));
    }

    @Test
    void tellsThroughASocketOfTheAbstractNamespace() throws InterruptedException {
        String name = "kumo-notice-test-" + ProcessHandle.current().pid();
        listen("\0" + name);
        SystemdNotice.send("@" + name, "STOPPING=1", SEND_WITHIN_MS, true);
        assertEquals("STOPPING=1", heard.poll(HEARD_WITHIN_S, TimeUnit.SECONDS));
    }

    @Test
    void tellsThroughTheCommandWhereThereIsNoEpoll() throws InterruptedException {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-notify")), "there is no systemd-notify");
        String socket = directory.resolve("notify").toString();
        listen(socket);
        SystemdNotice.send(socket, "READY=1\nSTATUS=serves", SEND_WITHIN_MS, false);
        assertEquals("READY=1\nSTATUS=serves", heard.poll(HEARD_WITHIN_S, TimeUnit.SECONDS));
    }

    @Test
    void goesOnWhereNobodyListens() {
        SystemdNotice.send(directory.resolve("nobody").toString(), "READY=1", SEND_WITHIN_MS, true);
        assertEquals(0, heard.size());
    }
}
