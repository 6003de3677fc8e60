package io.kumo.security.runtime;

import io.kumo.base.Bytes;
import io.kumo.protocol.Role;
import io.kumo.security.ClusterKey;
import io.kumo.security.KeyRing;
import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * An identity for TLS that is made from the cluster's key: everybody who has the key has the same private key, and
 * trusts exactly that. So the group's sockets are encrypted, and nobody without the key gets as far as JGroups.
 */
final class KeyIdentity {
    private static final X500Name NAME = new X500Name("CN=kumo cluster key");
    private static final Instant BEGIN = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant END = Instant.parse("9999-12-31T23:59:59Z");

    private KeyIdentity() {}

    /** That of the first key; those of all keys are trusted. */
    static TlsIdentity of(KeyRing keys) {
        List<ClusterKey> accepted = keys.keysOf(Role.SERVER);
        try {
            Set<PublicKey> trusted = new LinkedHashSet<>();
            for (ClusterKey key : accepted) {
                trusted.add(publicKey(secret(key)));
            }
            Ed25519PrivateKeyParameters secret = secret(accepted.get(0));
            PrivateKey own = KeyFactory.getInstance("Ed25519")
                    .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, secret.getEncoded()));
            X509Certificate certificate = certificate(own, secret);
            return new TlsIdentity(certificate, TlsIdentity.keyManager(own, List.of(certificate)), new Trust(trusted));
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("this Java has no Ed25519", e);
        }
    }

    private static Ed25519PrivateKeyParameters secret(ClusterKey key) {
        Bytes seed = key.derive("group");
        return new Ed25519PrivateKeyParameters(seed.unsafeArray(), 0);
    }

    private static PublicKey publicKey(Ed25519PrivateKeyParameters secret)
            throws GeneralSecurityException, IOException {
        return KeyFactory.getInstance("Ed25519")
                .generatePublic(new X509EncodedKeySpec(publicInfo(secret).getEncoded()));
    }

    private static SubjectPublicKeyInfo publicInfo(Ed25519PrivateKeyParameters secret) throws IOException {
        return SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(secret.generatePublicKey());
    }

    private static X509Certificate certificate(PrivateKey own, Ed25519PrivateKeyParameters secret)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                NAME, BigInteger.ONE, Date.from(BEGIN), Date.from(END), NAME, publicInfo(secret));
        GeneralName role = new GeneralName(GeneralName.uniformResourceIdentifier, RoleName.of(Role.SERVER));
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(role));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("Ed25519").build(own)));
    }

    /** Trusts who has one of these keys; that the peer has it TLS makes sure. */
    private static final class Trust extends X509ExtendedTrustManager {
        private final Set<PublicKey> trusted;

        Trust(Set<PublicKey> trusted) {
            this.trusted = trusted;
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            if (chain.length == 0 || !trusted.contains(chain[0].getPublicKey())) {
                throw new CertificateException("its key is not the cluster's: check its --cluster-key-file");
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
