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
import org.jspecify.annotations.Nullable;

/**
 * A file of certificates, or of a key, in PEM form, that an option names: read once, checked by whoever uses it. Every
 * failure is a KumoException with one line for the operator.
 */
public final class PemFile {
    private static final int MAX_BYTES = 4 << 20;

    private final String option;
    private final String file;
    private final byte[] bytes;

    private PemFile(String option, String file, byte[] bytes) {
        this.option = option;
        this.file = file;
        this.bytes = bytes;
    }

    public static PemFile read(String option, String file) {
        return new PemFile(option, file, SecretFile.read(option, file, MAX_BYTES));
    }

    /** The same, of a file that others may not read. */
    public static PemFile readSecret(String option, String file) {
        return new PemFile(option, file, SecretFile.readSecret(option, file, MAX_BYTES));
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    private PEMParser parser() {
        return new PEMParser(new StringReader(new String(bytes, StandardCharsets.US_ASCII)));
    }

    /** At least one. */
    public List<X509Certificate> certificates() {
        List<X509Certificate> all = new ArrayList<>();
        try (PEMParser parser = parser()) {
            for (Object each = parser.readObject(); each != null; each = parser.readObject()) {
                if (each instanceof X509CertificateHolder holder) {
                    all.add(new JcaX509CertificateConverter().getCertificate(holder));
                }
            }
        } catch (IOException | CertificateException e) {
            throw refused("a certificate in it can't be read", e);
        }
        if (all.isEmpty()) {
            throw refused("no certificate in PEM form in it", null);
        }
        return all;
    }

    /** The key of this file's first certificate, which must be valid now. */
    public PrivateKey keyFrom(PemFile keyFile, Instant now) {
        X509Certificate own = certificates().get(0);
        Instant end = own.getNotAfter().toInstant();
        Instant begin = own.getNotBefore().toInstant();
        if (end.isBefore(now)) {
            throw refused("the certificate expired at " + end, null);
        }
        if (begin.isAfter(now)) {
            throw refused("the certificate is not valid before " + begin, null);
        }
        PrivateKey key = keyFile.privateKey();
        if (!fit(own.getPublicKey(), key)) {
            throw keyFile.refused("not the key of the certificate in " + option + " " + file, null);
        }
        return key;
    }

    private PrivateKey privateKey() {
        KumoException none =
                refused("no private key in PEM form in it (PKCS#8, RSA or EC form, without a password)", null);
        try (PEMParser parser = parser()) {
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

    KumoException refused(String why, @Nullable Throwable cause) {
        return SecretFile.refused(option, file, why, cause);
    }
}
