package io.kumo.gateway.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.error.KumoException;
import io.kumo.gateway.runtime.TestCertificates.Pair;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsTest extends GatewayCase {
    @TempDir
    static Path directory;

    private static Pair server;
    private static Pair other;

    @BeforeAll
    static void makeCertificates() throws Exception {
        TestCertificates certificates = new TestCertificates(directory);
        server = certificates.make("server");
        other = certificates.make("other", "-1d", 30, "EC");
    }

    private void startWithTls(TlsOptions tls) throws Exception {
        startWithTls(tls, new OptionsBuilder().limits);
    }

    private void startWithTls(TlsOptions tls, ClientLimits limits) throws Exception {
        OptionsBuilder options = new OptionsBuilder();
        options.tls = tls;
        options.limits = limits;
        options.eventLoops = 2;
        startGateway(options.listeners(OptionsBuilder.PLAIN.withTls(), OptionsBuilder.PLAIN)
                .build());
        publish(table(List.of(first, second)));
    }

    private Client client(SSLContext context, String... protocols) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        if (protocols.length > 0) {
            socket.setEnabledProtocols(protocols);
        }
        socket.setSoTimeout(10_000);
        socket.startHandshake();
        return new Client(socket);
    }

    private static String failure(TlsOptions tls) {
        long now = System.currentTimeMillis();
        return assertThrows(KumoException.class, () -> TlsFiles.read(tls, now)).getMessage();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void servesEncryptedClientsBesidePlainOnes(String protocol) throws Exception {
        startWithTls(server.options());
        String value = "v".repeat(300_000);
        try (Client encrypted = client(TestCertificates.client(server, null), protocol);
                Client plain = new Client(address(1))) {
            assertEquals("STORED", encrypted.ask("set a 0 0 300000\r\n" + value));
            assertEquals("VALUE a 0 300000", plain.ask("get a"));
            assertEquals(value, plain.line());
            encrypted.send("get a\r\n".repeat(20));
            String one = "VALUE a 0 300000\r\n" + value + "\r\nEND\r\n";
            for (int i = 0; i < 20; i++) {
                assertEquals(one, encrypted.read(one.length()));
            }
            StringBuilder request = new StringBuilder();
            for (int i = 0; i < 2000; i++) {
                request.append("set k" + i + " 0 0 1\r\nx\r\n");
            }
            encrypted.send(request.toString());
            assertEquals("STORED\r\n".repeat(2000), encrypted.read(8 * 2000));
        }
    }

    @Test
    void answersAClientThatEndsItsOutput() throws Exception {
        startWithTls(server.options());
        try (Client client = client(TestCertificates.client(server, null))) {
            client.send("set a 0 0 1\r\nx\r\nquit\r\n");
            assertEquals("STORED\r\n", client.rest());
        }
    }

    @Test
    void asksForAClientsCertificate() throws Exception {
        startWithTls(new TlsOptions(
                server.cert().toString(), server.key().toString(), other.cert().toString()));
        try (Client known = client(TestCertificates.client(server, other))) {
            assertEquals("MN", known.ask("mn"));
        }
        assertThrows(IOException.class, () -> {
            try (Client unknown = client(TestCertificates.client(server, null))) {
                String answer = unknown.ask("mn");
                if (answer.equals("<end>")) {
                    throw new IOException("closed");
                }
            }
        });
        try (Client plain = new Client(port)) {
            plain.send("version\r\n");
            assertTrue(!plain.rest().startsWith("VERSION"));
        }
        await().until(() -> gateway.stats().total(Count.FAILED_HANDSHAKES) >= 2);
    }

    @Test
    void newClientsGetTheNewCertificateAndOldOnesStay() throws Exception {
        Path cert = directory.resolve("live.crt");
        Path key = directory.resolve("live.key");
        server.copyTo(cert, key);
        startWithTls(new TlsOptions(cert.toString(), key.toString(), ""));
        List<Client> clients = new ArrayList<>();
        SSLContext old = TestCertificates.client(server, null);
        for (int i = 0; i < 4; i++) { // on both loops
            clients.add(client(old));
        }
        Files.writeString(key, "nonsense");
        gateway.reload(); // the one before counts
        clients.add(client(TestCertificates.client(server, null)));
        other.copyTo(cert, key);
        gateway.reload();
        SSLContext renewed = TestCertificates.client(other, null);
        await().ignoreExceptionsInstanceOf(SSLException.class).untilAsserted(() -> {
            for (int i = 0; i < 4; i++) {
                try (Client fresh = client(renewed)) {
                    assertEquals("MN", fresh.ask("mn"));
                }
            }
        });
        for (Client client : clients) {
            assertEquals("MN", client.ask("mn"));
            client.close();
        }
    }

    @Test
    void whoDoesNotCompleteTheHandshakeCountsAsAClient() throws Exception {
        int most = 20;
        startWithTls(server.options(), new ClientLimits(most, 4 << 20, 64 << 20, 0, 60_000));
        List<Client> silent = new ArrayList<>();
        try (Client encrypted = client(TestCertificates.client(server, null));
                Client plain = new Client(address(1))) {
            assertEquals("MN", encrypted.ask("mn"));
            assertEquals("MN", plain.ask("mn"));
            byte[] hello = {22, 3, 1, 64, 0, 1, 0, 63, (byte) 252, 3, 3}; // and the rest of it never comes
            for (int i = 0; i < 10 * most; i++) {
                Client one = new Client(port);
                silent.add(one);
                if (i % 2 == 0) {
                    sendAnyhow(one, hello);
                }
                assertTrue(gateway.connections() <= most);
            }
            long expected = 10L * most + 2 - most;
            await().until(() -> gateway.stats().total(Count.REJECTED_CONNECTIONS) == expected);
            assertEquals(most, gateway.connections());
            assertEquals(most, gateway.sessions().size());
            assertEquals("ERROR Too many open connections", new Client(address(1)).line());
            assertEquals("STORED", encrypted.ask("set a 0 0 1\r\nx"));
            assertEquals("VALUE a 0 1", plain.ask("get a"));
            for (Client one : silent) {
                one.close();
            }
            await().until(() -> gateway.connections() == 2);
            try (Client late = client(TestCertificates.client(server, null))) {
                assertEquals("MN", late.ask("mn"));
            }
        }
    }

    private int address(int place) {
        return gateway.listeners().address(place).port();
    }

    private static void sendAnyhow(Client client, byte[] bytes) {
        try {
            client.send(bytes);
        } catch (IOException turnedAway) {
            assertTrue(bytes.length > 0);
        }
    }

    @Test
    void aHandshakeThatTakesTooLongEnds() throws Exception {
        startWithTls(server.options(), new ClientLimits(100, 4 << 20, 64 << 20, 0, 300));
        try (Client quiet = client(TestCertificates.client(server, null));
                Client silent = new Client(port);
                Client slow = new Client(port)) {
            slow.send(new byte[] {22, 3, 1, 64, 0, 1, 0});
            assertEquals("", silent.rest());
            slow.rest();
            await().until(() -> gateway.connections() == 1);
            assertEquals(2, gateway.stats().total(Count.FAILED_HANDSHAKES));
            assertEquals("MN", quiet.ask("mn"));
        }
    }

    @Test
    void aGatewayThatStopsWaitsForNoHandshake() throws Exception {
        startWithTls(server.options());
        try (Client silent = new Client(port)) {
            await().until(() -> gateway.connections() == 1);
            gateway.close();
            silent.rest(); // an alert of TLS, at most
            await().until(() -> gateway.connections() == 0);
        }
    }

    @Test
    void saysInOneLineWhatIsWrongWithAFile() throws Exception {
        TestCertificates certificates = new TestCertificates(directory);
        Pair expired = certificates.make("expired", "-10d", 5, "EC");
        Pair third = certificates.make("third");
        Pair early = certificates.make("early", "+10d", 5, "EC");
        Path nonsense = Files.writeString(directory.resolve("nonsense"), "nonsense\n");
        String missing = directory.resolve("missing").toString();
        String cert = server.cert().toString();
        String key = server.key().toString();
        assertEquals("--tls-cert " + missing + ": no such file", failure(new TlsOptions(missing, key, "")));
        assertEquals("--tls-key " + missing + ": no such file", failure(new TlsOptions(cert, missing, "")));
        assertEquals("--tls-client-ca " + missing + ": no such file", failure(new TlsOptions(cert, key, missing)));
        assertEquals(
                "--tls-cert " + nonsense + ": no certificate in PEM form in it",
                failure(new TlsOptions(nonsense.toString(), key, "")));
        assertEquals(
                "--tls-key " + nonsense
                        + ": no private key in PEM form in it (PKCS#8, RSA or EC form, without a password)",
                failure(new TlsOptions(cert, nonsense.toString(), "")));
        assertEquals(
                "--tls-client-ca " + nonsense + ": no certificate in PEM form in it",
                failure(new TlsOptions(cert, key, nonsense.toString())));
        assertEquals(
                "--tls-key " + third.key() + ": not the key of the certificate in --tls-cert " + cert,
                failure(new TlsOptions(cert, third.key().toString(), "")));
        assertTrue(failure(new TlsOptions(cert, other.key().toString(), ""))
                .endsWith("not the key of the certificate in --tls-cert " + cert));
        assertTrue(failure(expired.options()).contains(": the certificate expired at "));
        assertTrue(failure(early.options()).contains(": the certificate is not valid before "));
    }
}
