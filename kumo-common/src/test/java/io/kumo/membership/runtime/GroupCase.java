package io.kumo.membership.runtime;

import io.kumo.base.HostPort;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** Members of groups in one JVM, over loopback, which leave when the test ends. */
abstract class GroupCase {
    final Vertx vertx = Vertx.vertx();
    private final List<JGroupsMembership> made = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (JGroupsMembership membership : made) {
            get(membership.close());
        }
        get(vertx.close());
    }

    static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** A port below those of outgoing connections, which come and go. */
    static HostPort freeAddress() {
        Random random = new Random();
        for (int tries = 0; tries < 100; tries++) {
            HostPort address = new HostPort("127.0.0.1", 20_000 + random.nextInt(10_000));
            try (ServerSocket socket = new ServerSocket(address.port(), 1, InetAddress.getLoopbackAddress())) {
                return address.withPort(socket.getLocalPort());
            } catch (IOException taken) {
                // the next one then
            }
        }
        throw new AssertionError("no free ports");
    }

    /** One that has not started yet. */
    JGroupsMembership make(GroupOptions options) {
        JGroupsMembership membership = new JGroupsMembership(vertx.getOrCreateContext(), options);
        made.add(membership);
        return membership;
    }

    JGroupsMembership start(GroupOptions options) throws Exception {
        JGroupsMembership membership = make(options);
        get(membership.start());
        return membership;
    }
}
