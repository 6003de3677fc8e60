package io.kumo.gateway.runtime;

import io.kumo.security.runtime.PemFile;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Certificate, key and client CA as they are in their files, read and checked: what listeners are set up with. Made on
 * a thread that may wait, at the start and on SIGHUP; every failure is one line for the operator.
 *
 * @param ssl for Vert.x
 * @param subject of the certificate, for people
 * @param expiresMs when the certificate ends, wall clock
 */
record TlsFiles(ServerSSLOptions ssl, String subject, long expiresMs) {
    static TlsFiles read(TlsOptions options, long nowMs) {
        PemFile cert = PemFile.read("--tls-cert", options.cert());
        PemFile key = PemFile.read("--tls-key", options.key());
        X509Certificate own = cert.certificates().get(0);
        cert.keyFrom(key, Instant.ofEpochMilli(nowMs));
        ServerSSLOptions ssl = new ServerSSLOptions();
        ssl.setKeyCertOptions(new PemKeyCertOptions().addCertValue(buffer(cert)).addKeyValue(buffer(key)));
        ssl.setEnabledSecureTransportProtocols(new LinkedHashSet<>(Set.of("TLSv1.2", "TLSv1.3")));
        if (!options.clientCa().isEmpty()) {
            PemFile ca = PemFile.read("--tls-client-ca", options.clientCa());
            ca.certificates();
            ssl.setTrustOptions(new PemTrustOptions().addCertValue(buffer(ca)));
            ssl.setClientAuth(ClientAuth.REQUIRED);
        }
        return new TlsFiles(
                ssl,
                own.getSubjectX500Principal().getName(),
                own.getNotAfter().toInstant().toEpochMilli());
    }

    private static Buffer buffer(PemFile file) {
        return Buffer.buffer(file.bytes());
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
}
