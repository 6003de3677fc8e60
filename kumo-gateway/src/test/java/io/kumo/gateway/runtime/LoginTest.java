package io.kumo.gateway.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.auth.PasswordHash;
import io.kumo.auth.UsersFile;
import io.kumo.base.Bytes;
import io.kumo.error.KumoException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginTest extends GatewayCase {
    @TempDir
    Path directory;

    private Path file;

    private static PasswordHash hash(String password) {
        return PasswordHash.of(password.toCharArray(), Bytes.utf8("0123456789abcdef"), 1000);
    }

    @BeforeEach
    void startWithUsers() throws Exception {
        file = directory.resolve("users");
        Files.writeString(file, UsersFile.EMPTY.with("bob", hash("secret")).text());
        OptionsBuilder options = new OptionsBuilder();
        options.authFile = file.toString();
        startGateway(options.listeners(OptionsBuilder.PLAIN.withAuth(true), OptionsBuilder.PLAIN)
                .build());
        publish(table(List.of(first, second)));
    }

    private static String login(String password) {
        String token = "bob " + password;
        return "set any 0 0 " + token.length() + "\r\n" + token;
    }

    @Test
    void carriesOutNothingBeforeTheClientHasSaidWhoItIs() throws Exception {
        try (Client client = new Client(port)) {
            for (String command :
                    List.of("get a", "mn", "stats", "flush_all", "", "set a 0 0 x", "incr a 1", "shutdown")) {
                assertEquals("CLIENT_ERROR unauthenticated", client.ask(command), command);
            }
            assertEquals("VERSION 1.6.27", client.ask("version"));
            assertEquals("CLIENT_ERROR bad authentication token format", client.ask("set a 0 0 5\r\nalone"));
            client.send("set a 0 0 100000\r\n").send("x".repeat(100_000));
            assertEquals("CLIENT_ERROR bad authentication token format", client.line());
            client.send("\r\n");
            assertEquals("STORED", client.ask(login("secret")));
            assertEquals("STORED", client.ask("set a 0 0 1\r\nx"));
            assertEquals("VALUE a 0 1", client.ask("get a"));
        }
        assertEquals(1, store.size());
    }

    @Test
    void takesCommandsBehindTheLoginInOrder() throws Exception {
        try (Client client = new Client(port)) {
            client.send(login("secret") + "\r\nset a 0 0 1\r\nx\r\nget a\r\nquit\r\n");
            assertEquals("STORED\r\nSTORED\r\nVALUE a 0 1\r\nx\r\nEND\r\n", client.rest());
        }
        try (Client client = new Client(port)) {
            client.send(login("wrong") + "\r\nset a 0 0 1\r\nx\r\nget a\r\nquit\r\n");
            assertEquals("CLIENT_ERROR authentication failure", client.line());
            assertEquals("CLIENT_ERROR bad authentication token format", client.line());
            assertEquals("CLIENT_ERROR unauthenticated", client.line());
            assertEquals("", client.rest());
        }
    }

    @Test
    void asksOnlyWhereItIsToldTo() throws Exception {
        try (Client client = new Client(gateway.listeners().address(1).port())) {
            assertEquals("STORED", client.ask("set a 0 0 1\r\nx"));
        }
    }

    @Test
    void guessesTakeTimeAndEndTheConnection() throws Exception {
        long began = System.nanoTime();
        try (Client client = new Client(port)) {
            assertEquals("CLIENT_ERROR authentication failure", client.ask(login("wrong")));
            assertEquals("CLIENT_ERROR authentication failure", client.ask(login("wrong2")));
            assertEquals("CLIENT_ERROR authentication failure", client.ask(login("wrong")));
            assertEquals("", client.rest());
        }
        assertTrue(System.nanoTime() - began >= 2_900_000_000L, "refused at once");
        assertEquals(3, gateway.stats().total(Count.AUTH_ERRORS));
    }

    @Test
    void manyClientsLogInAtOnceWhileOthersGuess() throws Exception {
        List<Client> guessers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            guessers.add(new Client(port).send(login("guess" + i) + "\r\n"));
        }
        List<Client> friends = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            friends.add(new Client(port).send(login("secret") + "\r\nmn\r\n"));
        }
        for (Client friend : friends) {
            assertEquals("STORED", friend.line());
            assertEquals("MN", friend.line());
            friend.close();
        }
        for (Client guesser : guessers) {
            assertEquals("CLIENT_ERROR authentication failure", guesser.line());
            guesser.close();
        }
    }

    @Test
    void readsTheFileAgainWithoutDroppingClients() throws Exception {
        try (Client before = new Client(port)) {
            assertEquals("STORED", before.ask(login("secret")));
            Files.writeString(file, "broken\n");
            gateway.reload();
            try (Client client = new Client(port)) {
                assertEquals("STORED", client.ask(login("secret")), "a broken file changes nothing");
            }
            Files.writeString(file, UsersFile.EMPTY.with("bob", hash("newer")).text());
            gateway.reload();
            try (Client client = new Client(port)) {
                assertEquals("CLIENT_ERROR authentication failure", client.ask(login("secret")));
                assertEquals("STORED", client.ask(login("newer")));
            }
            assertEquals("STORED", before.ask("set a 0 0 1\r\nx"));
        }
    }

    @Test
    void clientsThatLeaveWhileTheyAreVerifiedHarmNobody() throws Exception {
        for (int i = 0; i < 30; i++) {
            new Client(port).send(login("guess" + i) + "\r\n").close();
        }
        try (Client client = new Client(port)) {
            assertEquals("STORED", client.ask(login("secret")));
        }
        await().until(() -> gateway.connections() == 0);
    }

    @Test
    void saysInOneLineWhatIsWrongWithTheFile() throws Exception {
        Path missing = directory.resolve("missing");
        assertEquals("--auth-file " + missing + ": no such file: make it with 'kumoctl passwd'", failure(missing));
        Path broken = Files.writeString(directory.resolve("broken"), "bob\n");
        assertEquals("--auth-file " + broken + ": line 1 is not USER:HASH", failure(broken));
    }

    private String failure(Path users) {
        return assertThrows(
                        KumoException.class,
                        () -> new Authenticator(vertx, users.toString(), Bytes.utf8("x".repeat(32))))
                .getMessage();
    }
}
