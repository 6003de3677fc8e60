package io.kumo.gateway.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.node.runtime.Failures;
import io.kumo.security.runtime.PemFile;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * Certificate, key and client CA as they are in their files, read and checked: what new clients get. Made on a thread
 * that may wait, at the start and on SIGHUP; every failure is one line for the operator.
 *
 * @param ssl makes what a connection needs
 * @param subject of the certificate, for people
 * @param expiresMs when the certificate ends, wall clock
 */
record TlsFiles(SslContext ssl, String subject, long expiresMs) {
    static TlsFiles read(TlsOptions options, long nowMs) {
        PemFile cert = PemFile.read("--tls-cert", options.cert());
        PemFile key = PemFile.read("--tls-key", options.key());
        List<X509Certificate> chain = cert.certificates();
        PrivateKey secret = cert.keyFrom(key, Instant.ofEpochMilli(nowMs));
        SslContextBuilder ssl = SslContextBuilder.forServer(secret, chain)
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2");
        if (!options.clientCa().isEmpty()) {
            PemFile ca = PemFile.read("--tls-client-ca", options.clientCa());
            ssl.trustManager(ca.certificates()).clientAuth(ClientAuth.REQUIRE);
        }
        try {
            X509Certificate own = chain.get(0);
            return new TlsFiles(
                    ssl.build(),
                    own.getSubjectX500Principal().getName(),
                    own.getNotAfter().toInstant().toEpochMilli());
        } catch (SSLException e) {
            throw new KumoException(ErrorCode.REFUSED, "--tls-cert " + options.cert() + ": " + Failures.reason(e), e);
        }
    }
}
