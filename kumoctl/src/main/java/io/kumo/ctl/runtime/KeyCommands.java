package io.kumo.ctl.runtime;

import io.kumo.base.Bytes;
import io.kumo.config.OptionParser;
import io.kumo.config.OptionSpec;
import io.kumo.config.UsageException;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.Role;
import io.kumo.security.ClusterKey;
import io.kumo.security.KeyRing;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/** {@code kumoctl key}: makes and changes the files of --cluster-key-file. */
final class KeyCommands {
    private static final List<OptionSpec<?>> NONE = List.of();
    private static final OptionParser INIT = new OptionParser(
            "kumoctl key init",
            "FILE",
            "Makes a cluster key, for managers and servers. FILE may not be there yet.",
            NONE);
    private static final OptionParser DERIVE = new OptionParser(
            "kumoctl key derive",
            "FILE ROLE NEWFILE",
            "Makes the keys of gateways or of operators (ROLE is gateway or operator) from the cluster keys in FILE."
                    + " They can't be turned into those of another role. What was in NEWFILE is gone.",
            NONE);
    private static final OptionParser ADD = new OptionParser(
            "kumoctl key add",
            "FILE",
            "Puts a second cluster key into FILE: it is accepted once processes have read it, and not used yet.",
            NONE);
    private static final OptionParser SWAP = new OptionParser(
            "kumoctl key swap",
            "FILE",
            "Makes the second cluster key in FILE the first: it is the one that is used, the other is accepted.",
            NONE);
    private static final OptionParser DROP = new OptionParser(
            "kumoctl key drop", "FILE", "Takes the second cluster key out of FILE: it is accepted no more.", NONE);

    static final List<LocalCommand> ALL = List.of(
            new LocalCommand(INIT, KeyCommands::init),
            new LocalCommand(DERIVE, KeyCommands::derive),
            new LocalCommand(ADD, KeyCommands::add),
            new LocalCommand(SWAP, KeyCommands::swap),
            new LocalCommand(DROP, KeyCommands::drop));

    private KeyCommands() {}

    private static int init(List<String> words, PrintStream out) {
        String file = arguments(INIT, words, 1).get(0);
        SecretFiles.create(Path.of(file), text(KeyRing.CLUSTER, List.of(newKey())));
        out.println(file + " has the cluster's key: for --cluster-key-file of managers and servers only; see"
                + " 'kumoctl key derive' for the others");
        return 0;
    }

    private static int derive(List<String> words, PrintStream out) {
        List<String> arguments = arguments(DERIVE, words, 3);
        Role role = Role.ofWord(arguments.get(1))
                .filter(known -> !known.isNode())
                .orElseThrow(() -> new UsageException("kumoctl key derive: '" + arguments.get(1)
                        + "' is neither gateway nor operator (managers and servers have the cluster's key itself)"));
        List<ClusterKey> keys = clusterKeys(arguments.get(0)).stream()
                .map(key -> key.derive(role))
                .toList();
        SecretFiles.replace(Path.of(arguments.get(2)), text(role.word(), keys));
        out.println(arguments.get(2) + " has " + keys.size() + " key(s) for every " + role.word());
        return 0;
    }

    private static int add(List<String> words, PrintStream out) {
        String file = arguments(ADD, words, 1).get(0);
        List<ClusterKey> keys = new ArrayList<>(clusterKeys(file));
        if (keys.size() > 1) {
            throw refused(file, "it has two keys already: 'kumoctl key drop' the one that is not used any more");
        }
        keys.add(newKey());
        return write(file, keys, out, "a second key, which is accepted");
    }

    private static int swap(List<String> words, PrintStream out) {
        String file = arguments(SWAP, words, 1).get(0);
        List<ClusterKey> keys = two(file);
        return write(file, List.of(keys.get(1), keys.get(0)), out, "its second key in use now");
    }

    private static int drop(List<String> words, PrintStream out) {
        String file = arguments(DROP, words, 1).get(0);
        return write(file, two(file).subList(0, 1), out, "one key");
    }

    private static int write(String file, List<ClusterKey> keys, PrintStream out, String what) {
        SecretFiles.replace(Path.of(file), text(KeyRing.CLUSTER, keys));
        out.println(file + " has " + what + "; derive those of gateways and operators anew, bring the files to all"
                + " hosts, and send SIGHUP to all daemons");
        return 0;
    }

    private static List<ClusterKey> two(String file) {
        List<ClusterKey> keys = clusterKeys(file);
        if (keys.size() < 2) {
            throw refused(file, "it has one key only: see 'kumoctl key add'");
        }
        return keys;
    }

    private static List<String> arguments(OptionParser parser, List<String> words, int count) {
        List<String> arguments = parser.parse(words).arguments();
        if (arguments.size() != count) {
            throw new UsageException(
                    parser.program() + ": wrong number of arguments (see " + parser.program() + " --help)");
        }
        return arguments;
    }

    private static ClusterKey newKey() {
        byte[] secret = new byte[ClusterKey.BYTES];
        new SecureRandom().nextBytes(secret);
        return new ClusterKey(Bytes.wrap(secret));
    }

    private static String text(String kind, List<ClusterKey> keys) {
        StringBuilder out = new StringBuilder("# Keys of a kumo cluster: the first is used, all are accepted.\n");
        keys.forEach(key -> out.append(kind).append(' ').append(key.hex()).append('\n'));
        return out.toString();
    }

    private static List<ClusterKey> clusterKeys(String file) {
        try {
            if (Files.size(Path.of(file)) > KeyRing.MAX_BYTES) {
                throw refused(file, "larger than " + KeyRing.MAX_BYTES + " bytes");
            }
            List<ClusterKey> keys =
                    KeyRing.parse(Files.readString(Path.of(file))).keysOf(Role.SERVER);
            if (keys.isEmpty()) {
                throw refused(file, "it has no line 'cluster KEY'");
            }
            return keys;
        } catch (IllegalArgumentException e) {
            throw refused(file, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw SecretFiles.failed(Path.of(file), e);
        }
    }

    private static KumoException refused(String file, String why) {
        return new KumoException(ErrorCode.REFUSED, file + ": " + why);
    }
}
