package io.kumo.security.runtime;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * What a process shows in TLS and whom it trusts.
 *
 * @param own its certificate
 */
public record TlsIdentity(X509Certificate own, X509ExtendedKeyManager keys, X509ExtendedTrustManager trust) {
    private static final char[] NO_PASSWORD = new char[0];

    /**
     * @param chain its certificate, and those between it and its CA
     * @param trusted certificates of CAs
     */
    static TlsIdentity of(PrivateKey key, List<X509Certificate> chain, List<X509Certificate> trusted)
            throws GeneralSecurityException {
        return new TlsIdentity(chain.get(0), keyManager(key, chain), trustManager(trusted));
    }

    /** Trusts whom one of these has signed. */
    public static X509ExtendedTrustManager trustManager(List<X509Certificate> trusted) throws GeneralSecurityException {
        KeyStore authorities = store();
        for (X509Certificate each : trusted) {
            authorities.setCertificateEntry("ca" + authorities.size(), each);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(authorities);
        for (TrustManager each : trust.getTrustManagers()) {
            if (each instanceof X509ExtendedTrustManager manager) {
                return manager;
            }
        }
        throw new GeneralSecurityException("this Java has no manager of trust for TLS");
    }

    /** Shows the first of these certificates, of which that is the key. */
    public static X509ExtendedKeyManager keyManager(PrivateKey key, List<X509Certificate> chain)
            throws GeneralSecurityException {
        KeyStore own = store();
        own.setKeyEntry("own", key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, NO_PASSWORD);
        for (KeyManager each : keys.getKeyManagers()) {
            if (each instanceof X509ExtendedKeyManager manager) {
                return manager;
            }
        }
        throw new GeneralSecurityException("this Java has no manager of keys for TLS");
    }

    private static KeyStore store() throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, NO_PASSWORD);
            return store;
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
    }
}
