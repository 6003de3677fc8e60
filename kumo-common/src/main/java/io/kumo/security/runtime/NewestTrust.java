package io.kumo.security.runtime;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts whom the newest files name, so that whoever has set up TLS once trusts others after a reload; and asks for a
 * role in the certificate.
 */
final class NewestTrust extends X509ExtendedTrustManager {
    private final Supplier<X509ExtendedTrustManager> newest;
    private final boolean nodesOnly;

    /** @param nodesOnly whether those who connect must be managers or servers; those who accept must be always */
    NewestTrust(Supplier<X509ExtendedTrustManager> newest, boolean nodesOnly) {
        this.newest = newest;
        this.nodesOnly = nodesOnly;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        newest.get().checkClientTrusted(chain, authType, socket);
        RoleName.require(chain[0], nodesOnly);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        newest.get().checkServerTrusted(chain, authType, socket);
        RoleName.require(chain[0], true);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        newest.get().checkClientTrusted(chain, authType, engine);
        RoleName.require(chain[0], nodesOnly);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        newest.get().checkServerTrusted(chain, authType, engine);
        RoleName.require(chain[0], true);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        newest.get().checkClientTrusted(chain, authType);
        RoleName.require(chain[0], nodesOnly);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        newest.get().checkServerTrusted(chain, authType);
        RoleName.require(chain[0], true);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return newest.get().getAcceptedIssuers();
    }
}
