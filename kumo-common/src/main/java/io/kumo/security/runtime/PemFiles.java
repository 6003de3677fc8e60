package io.kumo.security.runtime;

import io.kumo.error.KumoException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/** Certificates and keys of files in PEM form, checked; every failure is one line for the operator. */
public final class PemFiles {
    private static final int MAX_BYTES = 4 << 20;

    private PemFiles() {}

    /** What the options say; KumoException for what can't be used. */
    static TlsIdentity identity(String certFile, String keyFile, String caFile, Instant now) {
        String certOption = "--" + SecurityOptions.CERT.name();
        String keyOption = "--" + SecurityOptions.KEY.name();
        List<X509Certificate> chain = certificates(certOption, certFile);
        X509Certificate own = chain.get(0);
        if (own.getNotAfter().toInstant().isBefore(now)) {
            throw SecretFile.refused(
                    certOption,
                    certFile,
                    "the certificate expired at " + own.getNotAfter().toInstant(),
                    null);
        }
        if (own.getNotBefore().toInstant().isAfter(now)) {
            throw SecretFile.refused(
                    certOption,
                    certFile,
                    "the certificate is not valid before " + own.getNotBefore().toInstant(),
                    null);
        }
        PrivateKey key = privateKey(keyOption, keyFile);
        if (!fit(own.getPublicKey(), key)) {
            throw SecretFile.refused(
                    keyOption, keyFile, "not the key of the certificate in " + certOption + " " + certFile, null);
        }
        try {
            RoleName.require(own, false);
            return TlsIdentity.of(key, chain, certificates("--" + SecurityOptions.CA.name(), caFile));
        } catch (GeneralSecurityException e) {
            throw SecretFile.refused(certOption, certFile, String.valueOf(e.getMessage()), e);
        }
    }

    private static List<X509Certificate> certificates(String option, String file) {
        String text = new String(SecretFile.read(option, file, MAX_BYTES), StandardCharsets.US_ASCII);
        List<X509Certificate> all = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            for (Object each = parser.readObject(); each != null; each = parser.readObject()) {
                if (each instanceof X509CertificateHolder holder) {
                    all.add(new JcaX509CertificateConverter().getCertificate(holder));
                }
            }
        } catch (IOException | CertificateException e) {
            throw SecretFile.refused(option, file, "a certificate in it can't be read", e);
        }
        if (all.isEmpty()) {
            throw SecretFile.refused(option, file, "no certificate in PEM form in it", null);
        }
        return all;
    }

    private static PrivateKey privateKey(String option, String file) {
        String text = new String(SecretFile.readSecret(option, file, MAX_BYTES), StandardCharsets.US_ASCII);
        KumoException none = SecretFile.refused(
                option, file, "no private key in PEM form in it (PKCS#8 or PKCS#1, without a password)", null);
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            for (Object each = parser.readObject(); each != null; each = parser.readObject()) {
                if (each instanceof PEMKeyPair pair) {
                    return new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
                } else if (each instanceof PrivateKeyInfo info) {
                    return new JcaPEMKeyConverter().getPrivateKey(info);
                }
            }
        } catch (IOException e) {
            none.addSuppressed(e);
        }
        throw none;
    }

    /** Whether what one signs the other verifies. */
    public static boolean fit(PublicKey open, PrivateKey secret) {
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
}
