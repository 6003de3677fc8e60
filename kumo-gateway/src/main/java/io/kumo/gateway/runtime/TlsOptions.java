package io.kumo.gateway.runtime;

import io.kumo.base.Check;

/**
 * Files of TLS for clients, in PEM form.
 *
 * @param cert the gateway's certificate, and those between it and its root; empty for no TLS
 * @param key its private key
 * @param clientCa clients must show a certificate signed by one of these; empty for none asked for
 */
public record TlsOptions(String cert, String key, String clientCa) {
    static final TlsOptions NONE = new TlsOptions("", "", "");

    public TlsOptions {
        Check.argument(cert.isEmpty() == key.isEmpty(), "--tls-cert and --tls-key need each other");
        Check.argument(clientCa.isEmpty() || !cert.isEmpty(), "--tls-client-ca needs --tls-cert and --tls-key");
    }

    boolean isOn() {
        return !cert.isEmpty();
    }
}
