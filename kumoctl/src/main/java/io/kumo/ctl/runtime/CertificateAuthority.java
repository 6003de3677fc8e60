package io.kumo.ctl.runtime;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.Role;
import io.kumo.security.runtime.RoleName;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/** A CA in a directory: its certificate {@code ca.crt} and its key {@code ca.key}. */
final class CertificateAuthority {
    private static final String CERT = "ca.crt";
    private static final String KEY = "ca.key";
    private static final String SIGNATURE = "SHA256withECDSA";
    private static final int SERIAL_BITS = 127;
    /** Clocks of hosts differ. */
    private static final Duration EARLIER = Duration.ofHours(1);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path directory;
    private final X509CertificateHolder certificate;
    private final PrivateKey key;

    private CertificateAuthority(Path directory, X509CertificateHolder certificate, PrivateKey key) {
        this.directory = directory;
        this.certificate = certificate;
        this.key = key;
    }

    /** Makes a new one; fails if there is one. */
    static void create(Path directory, int days) {
        try {
            KeyPair pair = newPair();
            X500Name name = name("kumo CA " + new BigInteger(32, RANDOM).toString(16));
            X509v3CertificateBuilder builder = builder(name, name, info(pair), days);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
            SecretFiles.create(
                    directory.resolve(KEY), pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
            SecretFiles.createPublic(
                    directory.resolve(CERT),
                    pem("CERTIFICATE", signed(builder, pair.getPrivate()).getEncoded()));
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new KumoException(ErrorCode.REFUSED, "cannot make a CA: " + e.getMessage(), e);
        }
    }

    static CertificateAuthority open(Path directory) {
        Object certificate = read(directory.resolve(CERT));
        Object key = read(directory.resolve(KEY));
        if (certificate instanceof X509CertificateHolder holder && key instanceof PrivateKeyInfo info) {
            try {
                return new CertificateAuthority(directory, holder, new JcaPEMKeyConverter().getPrivateKey(info));
            } catch (IOException e) {
                throw SecretFiles.failed(directory.resolve(KEY), e);
            }
        }
        throw new KumoException(
                ErrorCode.REFUSED, directory + " has no CA of 'kumoctl cert init': " + CERT + " and " + KEY);
    }

    private static Object read(Path file) {
        try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
            Object content = parser.readObject();
            return content == null ? "nothing" : content;
        } catch (IOException e) {
            throw SecretFiles.failed(file, e);
        }
    }

    /** Makes a certificate and its key, in files of that name. */
    void issue(Role role, List<String> names, int days, String file) {
        try {
            KeyPair pair = newPair();
            X509v3CertificateBuilder builder =
                    builder(certificate.getSubject(), name(role.word() + " " + names.get(0)), info(pair), days);
            JcaX509ExtensionUtils utils = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
            }));
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, utils.createAuthorityKeyIdentifier(certificate));
            builder.addExtension(Extension.subjectAlternativeName, false, alternativeNames(role, names));
            SecretFiles.create(
                    directory.resolve(file + ".key"),
                    pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
            SecretFiles.createPublic(
                    directory.resolve(file + ".crt"),
                    pem("CERTIFICATE", signed(builder, key).getEncoded()));
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new KumoException(ErrorCode.REFUSED, "cannot make a certificate: " + e.getMessage(), e);
        }
    }

    private static GeneralNames alternativeNames(Role role, List<String> names) {
        List<GeneralName> all = new ArrayList<>();
        all.add(new GeneralName(GeneralName.uniformResourceIdentifier, RoleName.of(role)));
        for (String name : names) {
            boolean isAddress = name.indexOf(':') >= 0 || name.matches("[0-9.]+");
            all.add(new GeneralName(isAddress ? GeneralName.iPAddress : GeneralName.dNSName, name));
        }
        return new GeneralNames(all.toArray(GeneralName[]::new));
    }

    private static KeyPair newPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X500Name name(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, commonName)
                .build();
    }

    private static SubjectPublicKeyInfo info(KeyPair pair) {
        return SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded());
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, SubjectPublicKeyInfo key, int days) {
        Instant now = Instant.now();
        return new X509v3CertificateBuilder(
                issuer,
                new BigInteger(SERIAL_BITS, RANDOM).add(BigInteger.ONE),
                Date.from(now.minus(EARLIER)),
                Date.from(now.plus(Duration.ofDays(days))),
                subject,
                key);
    }

    private static X509CertificateHolder signed(X509v3CertificateBuilder builder, PrivateKey by)
            throws OperatorCreationException {
        return builder.build(new JcaContentSignerBuilder(SIGNATURE).build(by));
    }

    private static String pem(String type, byte[] content) throws IOException {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(type, content));
        }
        return text.toString();
    }
}
