package io.kumo.gateway.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.gateway.runtime.ListenerOptions.Given;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListenersTest extends GatewayCase {
    @TempDir
    Path directory;

    private void start(ListenerOptions... listeners) throws Exception {
        OptionsBuilder options = new OptionsBuilder();
        options.eventLoops = 2;
        startGateway(options.listeners(listeners).build());
        publish(table(List.of(first, second)));
    }

    private static String ask(Path socket, String text, int replyBytes) throws Exception {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            client.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer reply = ByteBuffer.allocate(replyBytes);
            while (reply.hasRemaining() && client.read(reply) >= 0) {
                Thread.onSpinWait();
            }
            return new String(reply.array(), 0, reply.position(), StandardCharsets.US_ASCII);
        }
    }

    private ListenerOptions unix(Path path) {
        return Given.parse("unix:" + path + ",mode=660").listener(false);
    }

    @Test
    void refusesWritesWhereItIsReadOnly() throws Exception {
        start(OptionsBuilder.PLAIN, OptionsBuilder.PLAIN.withReadOnly());
        try (Client writer = new Client(port);
                Client reader = new Client(gateway.listeners().address(1).port())) {
            assertEquals("STORED", writer.ask("set a 0 0 1\r\nx"));
            for (String write : List.of(
                    "set a 0 0 1\r\ny",
                    "delete a",
                    "incr a 1",
                    "touch a 1",
                    "gat 1 a",
                    "flush_all",
                    "append a 0 0 1\r\ny")) {
                assertEquals("SERVER_ERROR this gateway is read-only", reader.ask(write), write);
            }
            reader.send("set a 0 0 1 noreply\r\ny\r\n");
            assertEquals("VALUE a 0 1", reader.ask("get a"));
            assertEquals("x", reader.line());
        }
    }

    @Test
    void servesAUnixSocketThatOthersMayBeKeptFrom() throws Exception {
        Assumptions.assumeTrue(vertx.isNativeTransportEnabled());
        Path path = directory.resolve("kumo.sock");
        start(OptionsBuilder.PLAIN, unix(path));
        assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        for (int i = 0; i < 4; i++) { // on both loops
            assertEquals("STORED\r\nEND\r\n", ask(path, "set a 0 0 1\r\nx\r\nget b\r\n", 13));
        }
        gateway.close().toCompletionStage().toCompletableFuture().get();
        assertFalse(Files.exists(path));
    }

    @Test
    void takesTheSocketOfADeadGatewayAndNotThatOfALiveOne() throws Exception {
        Assumptions.assumeTrue(vertx.isNativeTransportEnabled());
        Path dead = directory.resolve("dead");
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(dead))
                .close();
        start(unix(dead));
        assertEquals("END\r\n", ask(dead, "get b\r\n", 5));
        Path file = Files.writeString(directory.resolve("file"), "precious");
        assertThrows(ExecutionException.class, () -> start(unix(file)));
        Path alive = directory.resolve("alive");
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(alive));
            assertThrows(ExecutionException.class, () -> start(unix(alive)));
        }
        assertEquals("precious", Files.readString(file));
        assertEquals("END\r\n", ask(dead, "get b\r\n", 5));
    }

    @Test
    void saysWhichAddressIsTaken() throws Exception {
        start(OptionsBuilder.PLAIN);
        ListenerOptions taken = Given.parse("127.0.0.1:" + port).listener(false);
        String why = assertThrows(ExecutionException.class, () -> start(taken)).getMessage();
        assertTrue(why.contains("cannot listen on 127.0.0.1:" + port), why);
    }
}
