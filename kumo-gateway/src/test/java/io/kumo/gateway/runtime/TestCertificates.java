package io.kumo.gateway.runtime;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates that sign themselves, made by the keytool of this Java. */
final class TestCertificates {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Path directory;

    TestCertificates(Path directory) {
        this.directory = directory;
    }

    /** One that is valid now. */
    Pair make(String name) throws Exception {
        return make(name, "-1d", 30, "RSA");
    }

    Pair make(String name, String start, int days, String algorithm) throws Exception {
        Path store = directory.resolve(name + ".p12");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-J-XX:+UseSerialGC",
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                algorithm,
                "-dname",
                "CN=" + name,
                "-ext",
                "san=ip:127.0.0.1",
                "-startdate",
                start,
                "-validity",
                Integer.toString(days),
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD));
        Process keytool = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name + ".log").toFile())
                .start();
        if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            throw new IllegalStateException(Files.readString(directory.resolve(name + ".log")));
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        Pair pair = new Pair(directory.resolve(name + ".crt"), directory.resolve(name + ".key"), keys);
        pem(pair.cert(), "CERTIFICATE", keys.getCertificate(name).getEncoded());
        pem(pair.key(), "PRIVATE KEY", keys.getKey(name, PASSWORD).getEncoded());
        return pair;
    }

    private static void pem(Path file, String what, byte[] bytes) throws Exception {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        Files.writeString(file, "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
    }

    /** Files in PEM form, and both in one store. */
    record Pair(Path cert, Path key, KeyStore store) {
        TlsOptions options() {
            return new TlsOptions(cert.toString(), key.toString(), "");
        }

        /** Takes the place of other files. */
        void copyTo(Path otherCert, Path otherKey) throws Exception {
            Files.writeString(otherCert, Files.readString(cert));
            Files.writeString(otherKey, Files.readString(key));
        }
    }

    /** For a client that trusts one certificate, and shows another if there is one. */
    static SSLContext client(Pair trusted, Pair own) throws Exception {
        KeyStore anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        anchors.setCertificateEntry(
                "server",
                trusted.store().getCertificate(trusted.store().aliases().nextElement()));
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(anchors);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(own == null ? null : own.store(), PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
