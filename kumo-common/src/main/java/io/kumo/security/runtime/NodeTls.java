package io.kumo.security.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.Role;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.TrustOptions;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/** Sets sockets up with the newest {@link TlsIdentity}: those that are opened after a reload use what it brought. */
public final class NodeTls {
    private static final int HANDSHAKE_SEC = 3;
    private static final String VERIFY_NAMES = "HTTPS";

    private final Supplier<TlsIdentity> newest;
    private final KeyCertOptions keys;
    private final TrustOptions trust;
    private final SSLContext serverContext;

    NodeTls(Supplier<TlsIdentity> newest) {
        this.newest = newest;
        keys = KeyCertOptions.wrap(newestKeys());
        trust = TrustOptions.wrap(newestTrust(false));
        serverContext = context(false);
    }

    private static Set<String> protocols() {
        return new LinkedHashSet<>(List.of("TLSv1.3", "TLSv1.2"));
    }

    private NewestKeys newestKeys() {
        return new NewestKeys(() -> newest.get().keys());
    }

    private NewestTrust newestTrust(boolean nodesOnly) {
        return new NewestTrust(() -> newest.get().trust(), nodesOnly);
    }

    /** What begins TLS on a socket that was just accepted: it stands first in Netty's pipeline. */
    public SslHandler serverHandler() {
        SSLEngine engine = serverContext.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(true);
        SslHandler handler = new SslHandler(engine);
        handler.setHandshakeTimeout(HANDSHAKE_SEC, TimeUnit.SECONDS);
        return handler;
    }

    /** For a server whose every socket begins with TLS. */
    public void applyTo(NetServerOptions options) {
        options.setSsl(true)
                .setKeyCertOptions(keys)
                .setTrustOptions(trust)
                .setClientAuth(ClientAuth.REQUIRED)
                .setEnabledSecureTransportProtocols(protocols())
                .setSslHandshakeTimeout(HANDSHAKE_SEC)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS);
    }

    /** For a client; it asks for a certificate with the name that it connects to. */
    public void applyTo(NetClientOptions options) {
        options.setSsl(true)
                .setHostnameVerificationAlgorithm(VERIFY_NAMES)
                .setKeyCertOptions(keys)
                .setTrustOptions(trust)
                .setEnabledSecureTransportProtocols(protocols())
                .setSslHandshakeTimeout(HANDSHAKE_SEC)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS);
    }

    /** For sockets between managers and servers; members know each other by address, so names are not asked for. */
    SSLContext groupContext() {
        return context(true);
    }

    private SSLContext context(boolean nodesOnly) {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(new KeyManager[] {newestKeys()}, new TrustManager[] {newestTrust(nodesOnly)}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has TLS 1.3", e);
        }
    }

    /**
     * The role of who is at the other end; asks again whether it is trusted, as a session may be older than a reload.
     * KumoException UNAUTHENTICATED if it is not.
     */
    public Role roleOf(@Nullable SSLSession session, boolean hasConnected) {
        try {
            Certificate[] shown = session == null ? new Certificate[0] : session.getPeerCertificates();
            if (shown.length == 0 || !(shown[0] instanceof X509Certificate own)) {
                throw new KumoException(ErrorCode.UNAUTHENTICATED, "it has shown no certificate");
            }
            X509Certificate[] chain = new X509Certificate[shown.length];
            for (int i = 0; i < shown.length; i++) {
                chain[i] = (X509Certificate) shown[i];
            }
            String algorithm = own.getPublicKey().getAlgorithm();
            if (hasConnected) {
                newestTrust(false).checkClientTrusted(chain, algorithm);
            } else {
                newestTrust(false).checkServerTrusted(chain, "UNKNOWN");
            }
            return RoleName.require(own, false);
        } catch (SSLPeerUnverifiedException | CertificateException e) {
            throw new KumoException(ErrorCode.UNAUTHENTICATED, String.valueOf(e.getMessage()), e);
        }
    }
}
