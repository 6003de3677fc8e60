package io.kumo.security.runtime;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Shows the newest certificate, so that whoever has set up TLS once shows others after a reload. */
final class NewestKeys extends X509ExtendedKeyManager {
    private final Supplier<X509ExtendedKeyManager> newest;

    NewestKeys(Supplier<X509ExtendedKeyManager> newest) {
        this.newest = newest;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return newest.get().getClientAliases(keyType, issuers);
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return newest.get().chooseClientAlias(keyType, null, socket);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return newest.get().chooseEngineClientAlias(keyType, null, engine);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return newest.get().getServerAliases(keyType, issuers);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return newest.get().chooseServerAlias(keyType, null, socket);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return newest.get().chooseEngineServerAlias(keyType, null, engine);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return newest.get().getCertificateChain(alias);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return newest.get().getPrivateKey(alias);
    }
}
