package io.kumo.security.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.error.KumoException;
import io.kumo.protocol.Role;
import io.kumo.security.HandshakeGate;
import io.kumo.security.KeyRing;
import io.kumo.security.Refusals;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How one process proves to others who it is, and what it asks of them: the newest keys and certificates of its files.
 * From any thread, but for {@link #reload}, which waits for the disk.
 */
public final class NodeSecurity {
    private static final Logger LOG = LoggerFactory.getLogger(NodeSecurity.class);
    private static final int NONCE_BYTES = 32;
    private static final int MOST_HANDSHAKES = 1024;
    private static final int MOST_HANDSHAKES_OF_A_HOST = 256;

    private final SecurityOptions options;
    private final Role role;
    private final SecureRandom random = new SecureRandom();
    private final Refusals refusals = new Refusals();
    private final HandshakeGate gate = new HandshakeGate(MOST_HANDSHAKES, MOST_HANDSHAKES_OF_A_HOST);
    private volatile @Nullable KeyRing keys;
    /** Of the certificate's files; null where there are none. */
    private volatile @Nullable TlsIdentity certificate;
    /** Of managers and servers that have a key. */
    private volatile @Nullable TlsIdentity keyIdentity;

    private final @Nullable NodeTls tls;
    private final @Nullable SSLContext groupTls;

    private NodeSecurity(SecurityOptions options, Role role) {
        this.options = options;
        this.role = role;
        readAll();
        this.tls = certificate == null ? null : new NodeTls(() -> Objects.requireNonNull(certificate));
        if (tls != null) {
            groupTls = tls.groupContext();
        } else {
            groupTls =
                    keyIdentity == null ? null : new NodeTls(() -> Objects.requireNonNull(keyIdentity)).groupContext();
        }
    }

    private void readAll() {
        KeyRing newKeys = options.keyFile().map(file -> readKeys(file, role)).orElse(null);
        TlsIdentity newCertificate = options.cert().map(this::readCertificate).orElse(null);
        keys = newKeys;
        keyIdentity = newKeys == null || !role.isNode() ? null : KeyIdentity.of(newKeys);
        certificate = newCertificate;
    }

    private TlsIdentity readCertificate(String file) {
        PemFile cert = PemFile.read("--" + SecurityOptions.CERT.name(), file);
        PemFile secret = PemFile.readSecret(
                "--" + SecurityOptions.KEY.name(), options.key().orElseThrow());
        PemFile trusted =
                PemFile.read("--" + SecurityOptions.CA.name(), options.ca().orElseThrow());
        List<X509Certificate> chain = cert.certificates();
        PrivateKey key = cert.keyFrom(secret, Instant.now());
        TlsIdentity read;
        try {
            RoleName.require(chain.get(0), false);
            read = TlsIdentity.of(key, chain, trusted.certificates());
        } catch (GeneralSecurityException e) {
            throw cert.refused(String.valueOf(e.getMessage()), e);
        }
        Optional<Role> shown = RoleName.in(read.own());
        if (shown.isPresent() && shown.get() != role) {
            throw cert.refused(
                    "a certificate of the role " + shown.get().word() + "; the role " + role.word() + " is needed here",
                    null);
        }
        return read;
    }

    /** Proves nothing and asks nothing. */
    public static NodeSecurity open() {
        return new NodeSecurity(SecurityOptions.NONE, Role.OPERATOR);
    }

    /** Reads the files; KumoException with one line for the operator for those that can't be used. */
    public static NodeSecurity of(SecurityOptions options, Role role) {
        return new NodeSecurity(options, role);
    }

    /** UsageException if other hosts would reach one of these, and nothing would protect it. */
    public void checkListens(String program, List<HostPort> listens) {
        if (!options.isAny() && !options.insecure()) {
            LoopbackRule.check(program, listens);
        }
    }

    private static KeyRing readKeys(String file, Role role) {
        String option = "--" + SecurityOptions.KEY_FILE.name();
        byte[] content = SecretFile.readSecret(option, file, KeyRing.MAX_BYTES);
        KeyRing read;
        try {
            read = KeyRing.parse(new String(content, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw SecretFile.refused(option, file, String.valueOf(e.getMessage()), e);
        }
        if (!read.canBe(role)) {
            String wanted = role.isNode() ? KeyRing.CLUSTER : role.word();
            throw SecretFile.refused(
                    option, file, "no line '" + wanted + " KEY' in it, which the role " + role.word() + " needs", null);
        }
        return read;
    }

    /** Reads the files again. What is wrong is said, and changes nothing; connections that are open go on. */
    public void reload() {
        try {
            readAll();
            KeyRing newKeys = keys;
            if (newKeys != null) {
                LOG.info("cluster keys reloaded count={}", newKeys.keysOf(role).size());
            }
            TlsIdentity shown = certificate;
            if (shown != null) {
                LOG.info(
                        "node certificate reloaded subject=\"{}\" expires={}",
                        shown.own().getSubjectX500Principal().getName(),
                        shown.own().getNotAfter().toInstant());
            }
        } catch (KumoException e) {
            LOG.error("keys and certificates not reloaded, those before count because={}", e.getMessage());
        }
    }

    /** The keys of the cluster; empty where there are none. */
    public Optional<KeyRing> keys() {
        return Optional.ofNullable(keys);
    }

    /** TLS of RPC and MQTT; empty where there are no certificates. */
    public Optional<NodeTls> tls() {
        return Optional.ofNullable(tls);
    }

    /**
     * TLS of the group, with certificates or, where there are none, with what the cluster's key makes; empty without.
     */
    public Optional<SSLContext> groupTls() {
        return Optional.ofNullable(groupTls);
    }

    /** Seconds until this process's certificate ends; empty where there is none. */
    public OptionalLong secondsToExpiry(long nowMs) {
        TlsIdentity shown = certificate;
        return shown == null
                ? OptionalLong.empty()
                : OptionalLong.of((shown.own().getNotAfter().toInstant().toEpochMilli() - nowMs) / 1000);
    }

    public Bytes nonce() {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        return Bytes.wrap(nonce);
    }

    public HandshakeGate gate() {
        return gate;
    }

    /** Somebody was turned away: counted, and logged if it is time to. */
    public void refused(String peer, String reason) {
        refusals.add(peer, reason, System.nanoTime() / 1_000_000)
                .ifPresent(line ->
                        LOG.warn("turned away count={} last={} because={}", line.count(), line.peer(), line.reason()));
    }

    /** How many were turned away. */
    public long refusedCount() {
        return refusals.total();
    }
}
