package io.kumo.node.runtime;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.transport.Transport;

/** Makes Vert.x as all programs use it: epoll where there is one, and the host's own name resolver. */
public final class VertxFactory {
    private VertxFactory() {}

    /** @param eventLoops at most; Vert.x makes them as they are needed */
    public static Vertx create(int eventLoops) {
        // The resolver that the operator's other programs use. Vert.x has no other switch for it.
        System.setProperty("vertx.disableDnsResolver", "true");
        VertxOptions options = new VertxOptions();
        options.setEventLoopPoolSize(eventLoops);
        options.setFileSystemOptions(
                new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
        return Vertx.builder().with(options).withTransport(transport()).build();
    }

    private static Transport transport() {
        Transport epoll = Transport.EPOLL; // null where its classes are missing
        return epoll != null && epoll.available() ? epoll : Transport.NIO;
    }
}
