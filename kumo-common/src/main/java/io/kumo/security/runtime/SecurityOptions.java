package io.kumo.security.runtime;

import io.kumo.base.Check;
import io.kumo.config.OptionSpec;
import io.kumo.config.ParsedOptions;
import io.kumo.config.UsageException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a process proves to others who it is.
 *
 * @param keyFile keys of the cluster
 * @param cert this process's certificate, and those between it and its CA
 * @param key its private key
 * @param ca whose certificates are trusted
 * @param insecure listen where others reach it, with neither key nor certificate
 */
public record SecurityOptions(
        Optional<String> keyFile, Optional<String> cert, Optional<String> key, Optional<String> ca, boolean insecure) {
    public static final SecurityOptions NONE =
            new SecurityOptions(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);

    static final OptionSpec<Optional<String>> KEY_FILE = OptionSpec.path(
                    "cluster-key-file",
                    "",
                    "Keys that kumo's processes prove to each other, made with 'kumoctl key'. Read again on SIGHUP.")
            .argument("FILE")
            .optional();
    static final OptionSpec<Optional<String>> CERT = OptionSpec.path(
                    "node-tls-cert",
                    "",
                    "TLS between kumo's processes: this one's certificate, PEM, with its role, made with 'kumoctl"
                            + " cert' or by a CA of yours. Read again on SIGHUP.")
            .argument("FILE")
            .optional();
    static final OptionSpec<Optional<String>> KEY = OptionSpec.path("node-tls-key", "", "Its private key; PEM.")
            .argument("FILE")
            .optional();
    static final OptionSpec<Optional<String>> CA = OptionSpec.path(
                    "node-tls-ca", "", "Certificates of the CAs whose processes are trusted; PEM, one or more.")
            .argument("FILE")
            .optional();
    static final OptionSpec<Boolean> INSECURE = OptionSpec.flag(
            "insecure",
            "Listen on other addresses than loopback with neither --cluster-key-file nor --node-tls-cert: whoever"
                    + " reaches them can read, change and stop everything.");

    /** For programs that only connect. */
    public static final List<OptionSpec<?>> CLIENT = List.of(KEY_FILE, CERT, KEY, CA);

    /** For daemons. */
    public static final List<OptionSpec<?>> ALL = List.of(KEY_FILE, CERT, KEY, CA, INSECURE);

    public SecurityOptions {
        long given = Stream.of(cert, key, ca).filter(Optional::isPresent).count();
        Check.argument(given == 0 || given == 3, "--node-tls-cert, --node-tls-key and --node-tls-ca need each other");
    }

    /** UsageException for what does not fit together. */
    public static SecurityOptions of(String program, ParsedOptions options, boolean isDaemon) {
        try {
            return new SecurityOptions(
                    options.value(KEY_FILE),
                    options.value(CERT),
                    options.value(KEY),
                    options.value(CA),
                    isDaemon && options.value(INSECURE));
        } catch (IllegalArgumentException e) {
            throw new UsageException(program + ": " + e.getMessage());
        }
    }

    /** Whether there is anything to prove it with. */
    public boolean isAny() {
        return keyFile.isPresent() || cert.isPresent();
    }
}
