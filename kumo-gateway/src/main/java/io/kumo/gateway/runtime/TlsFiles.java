package io.kumo.gateway.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Certificate, key and client CA as they are in their files, read and checked: what listeners are set up with. Made on
 * a thread that may wait, at the start and on SIGHUP; every failure is one line for the operator.
 *
 * @param ssl for Vert.x
 * @param subject of the certificate, for people
 * @param expiresMs when the certificate ends, wall clock
 */
record TlsFiles(ServerSSLOptions ssl, String subject, long expiresMs) {
    private static final long MAX_BYTES = 4 << 20;
    private static final List<String> KEY_TYPES = List.of("RSA", "EC", "EdDSA", "Ed25519", "DSA");

    static TlsFiles read(Vertx vertx, TlsOptions options, long nowMs) {
        Buffer cert = bytes("--tls-cert", options.cert());
        Buffer key = bytes("--tls-key", options.key());
        X509Certificate own = certificates("--tls-cert", options.cert(), cert).get(0);
        Instant now = Instant.ofEpochMilli(nowMs);
        Instant end = own.getNotAfter().toInstant();
        Instant begin = own.getNotBefore().toInstant();
        if (end.isBefore(now)) {
            throw refused("--tls-cert", options.cert(), "the certificate expired at " + end, null);
        }
        if (begin.isAfter(now)) {
            throw refused("--tls-cert", options.cert(), "the certificate is not valid before " + begin, null);
        }
        PemKeyCertOptions pair = new PemKeyCertOptions().addCertValue(cert).addKeyValue(key);
        if (!fit(own.getPublicKey(), privateKey(vertx, pair, options))) {
            throw refused(
                    "--tls-key", options.key(), "not the key of the certificate in --tls-cert " + options.cert(), null);
        }
        ServerSSLOptions ssl = new ServerSSLOptions();
        ssl.setKeyCertOptions(pair);
        ssl.setEnabledSecureTransportProtocols(new LinkedHashSet<>(Set.of("TLSv1.2", "TLSv1.3")));
        if (!options.clientCa().isEmpty()) {
            Buffer ca = bytes("--tls-client-ca", options.clientCa());
            certificates("--tls-client-ca", options.clientCa(), ca);
            ssl.setTrustOptions(new PemTrustOptions().addCertValue(ca));
            ssl.setClientAuth(ClientAuth.REQUIRED);
        }
        return new TlsFiles(ssl, own.getSubjectX500Principal().getName(), end.toEpochMilli());
    }

    /** Sets a listener up with them. */
    void applyTo(NetServerOptions socket) {
        socket.setSsl(true)
                .setKeyCertOptions(ssl.getKeyCertOptions())
                .setClientAuth(ssl.getClientAuth())
                .setEnabledSecureTransportProtocols(ssl.getEnabledSecureTransportProtocols());
        if (ssl.getTrustOptions() != null) {
            socket.setTrustOptions(ssl.getTrustOptions());
        }
    }

    private static Buffer bytes(String option, String file) {
        try {
            Path path = Path.of(file);
            if (Files.size(path) > MAX_BYTES) {
                throw refused(option, file, "larger than " + MAX_BYTES + " bytes", null);
            }
            return Buffer.buffer(Files.readAllBytes(path));
        } catch (NoSuchFileException e) {
            throw refused(option, file, "no such file", e);
        } catch (AccessDeniedException e) {
            throw refused(option, file, "permission denied", e);
        } catch (IOException e) {
            throw refused(option, file, "cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<X509Certificate> certificates(String option, String file, Buffer text) {
        try {
            List<X509Certificate> all = new ArrayList<>();
            CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(text.getBytes()))
                    .forEach(one -> all.add((X509Certificate) one));
            if (all.isEmpty()) {
                throw refused(option, file, "no certificate in PEM form in it", null);
            }
            return all;
        } catch (CertificateException e) {
            throw refused(option, file, "no certificate in PEM form in it", e);
        }
    }

    @SuppressWarnings("checkstyle:IllegalCatch") // what Vert.x throws for a bad file is not told
    private static PrivateKey privateKey(Vertx vertx, PemKeyCertOptions pair, TlsOptions options) {
        try {
            for (KeyManager manager : pair.getKeyManagerFactory(vertx).getKeyManagers()) {
                for (String type : KEY_TYPES) {
                    String[] names = ((X509KeyManager) manager).getServerAliases(type, null);
                    if (names != null && names.length > 0) {
                        return ((X509KeyManager) manager).getPrivateKey(names[0]);
                    }
                }
            }
        } catch (Exception e) {
            throw refused(
                    "--tls-key",
                    options.key(),
                    "no private key in PEM form in it (PKCS#8, without a password), or not that of --tls-cert "
                            + options.cert(),
                    e);
        }
        throw refused("--tls-key", options.key(), "a key of a kind that is not known", null);
    }

    /** Whether what one signs the other verifies. */
    private static boolean fit(PublicKey open, PrivateKey secret) {
        if (!open.getAlgorithm().equals(secret.getAlgorithm())) {
            return false;
        }
        String algorithm = switch (open.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "DSA" -> "SHA256withDSA";
            default -> open.getAlgorithm();
        };
        byte[] text = {1, 2, 3};
        try {
            Signature sign = Signature.getInstance(algorithm);
            sign.initSign(secret);
            sign.update(text);
            Signature verify = Signature.getInstance(algorithm);
            verify.initVerify(open);
            verify.update(text);
            return verify.verify(sign.sign());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static KumoException refused(String option, String file, String why, @Nullable Throwable cause) {
        String text = option + " " + file + ": " + why;
        return cause == null
                ? new KumoException(ErrorCode.REFUSED, text)
                : new KumoException(ErrorCode.REFUSED, text, cause);
    }
}
