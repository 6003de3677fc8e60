package io.kumo.security.runtime;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.error.KumoException;
import io.kumo.protocol.Role;
import io.kumo.security.HandshakeGate;
import io.kumo.security.KeyRing;
import io.kumo.security.Refusals;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
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

    private NodeSecurity(SecurityOptions options, Role role) {
        this.options = options;
        this.role = role;
        this.keys = options.keyFile().map(file -> readKeys(file, role)).orElse(null);
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
            throw SecretFile.refused(option, file, "a " + role.word() + " needs a line '" + wanted + " KEY'", null);
        }
        return read;
    }

    /** Reads the files again. What is wrong is said, and changes nothing; connections that are open go on. */
    public void reload() {
        try {
            if (options.keyFile().isPresent()) {
                KeyRing read = readKeys(options.keyFile().get(), role);
                keys = read;
                LOG.info("cluster keys reloaded count={}", read.keysOf(role).size());
            }
        } catch (KumoException e) {
            LOG.error("keys and certificates not reloaded, those before count because={}", e.getMessage());
        }
    }

    /** The keys of the cluster; empty where there are none. */
    public Optional<KeyRing> keys() {
        return Optional.ofNullable(keys);
    }

    /** Whether a peer has to prove who it is. */
    public boolean isRequired() {
        return options.isAny();
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
