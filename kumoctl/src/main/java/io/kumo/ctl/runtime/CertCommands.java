package io.kumo.ctl.runtime;

import io.kumo.config.OptionParser;
import io.kumo.config.OptionSpec;
import io.kumo.config.ParsedOptions;
import io.kumo.config.UsageException;
import io.kumo.protocol.Role;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code kumoctl cert}: a small CA, for those who have none. */
final class CertCommands {
    private static final OptionSpec<Integer> CA_DAYS =
            OptionSpec.integer("days", "3650", 1, 36_500, "How long the CA is good.");
    private static final OptionSpec<Integer> DAYS =
            OptionSpec.integer("days", "825", 1, 36_500, "How long the certificate is good.");
    private static final OptionParser INIT = new OptionParser(
            "kumoctl cert init",
            "DIR [OPTION]...",
            "Makes a CA: DIR/ca.crt for --node-tls-ca of all processes, and its key DIR/ca.key, which belongs on no"
                    + " host of the cluster.",
            List.of(CA_DAYS));
    private static final OptionParser ISSUE = new OptionParser(
            "kumoctl cert issue",
            "DIR ROLE NAME... [OPTION]...",
            "Makes a certificate that the CA in DIR has signed: DIR/ROLE-NAME.crt for --node-tls-cert, and its key"
                    + " DIR/ROLE-NAME.key for --node-tls-key. ROLE is manager, server, gateway or operator. NAME is the"
                    + " host's name or address as others connect to it; more names may follow.",
            List.of(DAYS));

    static final List<LocalCommand> ALL =
            List.of(new LocalCommand(INIT, CertCommands::init), new LocalCommand(ISSUE, CertCommands::issue));

    private CertCommands() {}

    private static int init(List<String> words, PrintStream out) {
        ParsedOptions options = INIT.parse(words);
        if (options.arguments().size() != 1) {
            throw new UsageException("kumoctl cert init: a directory is wanted (see kumoctl cert init --help)");
        }
        Path directory = Path.of(options.arguments().get(0));
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw SecretFiles.failed(directory, e);
        }
        CertificateAuthority.create(directory, options.value(CA_DAYS));
        out.println(directory.resolve("ca.crt") + " is for --node-tls-ca of all processes; keep "
                + directory.resolve("ca.key") + " away from the cluster");
        return 0;
    }

    private static int issue(List<String> words, PrintStream out) {
        ParsedOptions options = ISSUE.parse(words);
        List<String> arguments = options.arguments();
        if (arguments.size() < 3) {
            throw new UsageException(
                    "kumoctl cert issue: a directory, a role and a name are wanted (see kumoctl cert issue --help)");
        }
        Role role = Role.ofWord(arguments.get(1))
                .orElseThrow(() -> new UsageException("kumoctl cert issue: '" + arguments.get(1)
                        + "' is none of manager, server, gateway, operator"));
        List<String> names = arguments.subList(2, arguments.size());
        for (String name : names) {
            if (!name.matches("[A-Za-z0-9._:-]{1,253}")) {
                throw new UsageException("kumoctl cert issue: '" + name + "' is not the name or address of a host");
            }
        }
        Path directory = Path.of(arguments.get(0));
        String file = role.word() + "-" + names.get(0).replace(':', '_');
        CertificateAuthority.open(directory).issue(role, names, options.value(DAYS), file);
        out.println(directory.resolve(file + ".crt") + " and " + directory.resolve(file + ".key") + " are for the "
                + role.word() + " " + names.get(0));
        return 0;
    }
}
