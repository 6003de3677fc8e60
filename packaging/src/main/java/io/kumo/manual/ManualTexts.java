package io.kumo.manual;

import io.kumo.config.OptionSpec;
import io.kumo.manual.ManualText.Entry;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What manuals say besides options, in words. */
public final class ManualTexts {
    private static final int COMMANDS = 1;
    private static final int FILES = 5;
    private static final int ADMINISTRATION = 8;

    private static final String TIME = "TIME is a number with ms, s, m, h or d; without, it is seconds.";
    private static final String BYTES = "BYTES is a number with k, m, g or t, powers of 1024.";
    private static final String HOST =
            "HOST is a name, an IPv4 address, or an IPv6 address in brackets; port 0 is any free" + " one.";

    private static final List<Entry> DAEMON_EXITS = List.of(
            new Entry("0", "It was told to stop, and has done so; or it did what --help and the like ask for."),
            new Entry("1", "It could not start, or could not go on. A line on standard error and in the log says why."),
            new Entry("2", "The command line or the file of options has a mistake: starting it again will not help."));

    private static final Entry STOP = new Entry("SIGTERM, SIGINT", "It stops cleanly, within five seconds.");

    private static final Entry HANGUP = new Entry(
            "SIGHUP", "It opens its log anew, and reads its keys and certificates again. Options are not read again.");

    private static final Entry HANGUP_OF_GATEWAY = new Entry(
            "SIGHUP",
            "It opens its log anew, and reads its keys, certificates and users again. Options are not read again.");

    private static final List<Entry> JAVA = List.of(
            new Entry("KUMO_JAVA_OPTS", "Further options of the Java virtual machine, for example -Xmx4g."),
            new Entry(
                    "JAVA_HOME", "Which Java runs it, if it is not the one on the PATH. Java 17 or later is needed."));

    private static final Entry OPERATOR_FILE =
            new Entry("KUMOCTL_CONF", "A file that counts instead of ~/.kumoctl.conf and /etc/kumo/kumoctl.conf.");

    private static final List<Entry> COMMAND_EXITS = List.of(
            new Entry("0", "Done; where a question was asked, the answer is yes."),
            new Entry("1", "It failed, or the answer is no. A line says why."),
            new Entry("2", "The command line has a mistake."));

    private ManualTexts() {}

    /** How values are written that these options take; empty if nothing has to be said of them. */
    static String values(List<OptionSpec<?>> options) {
        return Map.of("TIME", TIME, "BYTES", BYTES, "HOST", HOST).entrySet().stream()
                .filter(each ->
                        options.stream().anyMatch(spec -> spec.argument().contains(each.getKey())))
                .map(Map.Entry::getValue)
                .sorted(Comparator.reverseOrder())
                .collect(Collectors.joining(" "));
    }

    static ManualText manager() {
        return new ManualText(
                "kumo-manager",
                ADMINISTRATION,
                List.of(
                        "A cluster has one, two, three or five managers. They agree on the table that says which"
                                + " servers keep which partition of the keys, notice when a server fails, and let"
                                + " others take over. Reads and writes go on while no manager runs; only what would"
                                + " change the table waits.",
                        "The address given with --listen is the name of this manager: give it as all other processes"
                                + " spell it."),
                files("manager", "/var/lib/kumo/manager", "Its votes and the newest table, if --data names it."),
                JAVA,
                DAEMON_EXITS,
                List.of(STOP, HANGUP),
                List.of(
                        new Entry(
                                "The first of three managers, which prove to each other with a key who they are:",
                                "kumo-manager -l mgr1 -p mgr2 -p mgr3 --cluster-key-file /etc/kumo/cluster.key"),
                        new Entry(
                                "Check its file of options without starting it:",
                                "kumo-manager --config /etc/kumo/manager.conf --check-config")),
                List.of("kumo-server(8)", "kumo-gateway(8)", "kumoctl(1)", "kumo.conf(5)"));
    }

    static ManualText server() {
        return new ManualText(
                "kumo-server",
                ADMINISTRATION,
                List.of(
                        "Any number of servers share the keys of a cluster, each key with as many copies as the"
                                + " cluster was made with. A new server keeps nothing until it is attached:"
                                + " kumoctl MANAGER attach.",
                        "A server is known by the id in its directory, not by its address: with the same directory it"
                                + " is the same server, wherever it runs. One that comes back copies only what it"
                                + " missed."),
                files("server", "/var/lib/kumo/server", "Its data, if --store names it. Only one process may use it."),
                JAVA,
                DAEMON_EXITS,
                List.of(
                        new Entry(
                                "SIGTERM, SIGINT",
                                "It hands its partitions over to other servers and stops, within five seconds."),
                        HANGUP),
                List.of(
                        new Entry(
                                "A server of the cluster of the managers mgr1 and mgr2:",
                                "kumo-server -l svr1 -m mgr1 -p mgr2 -s /var/lib/kumo/server \\\n"
                                        + "    --cluster-key-file /etc/kumo/cluster.key"),
                        new Entry(
                                "Check its file of options without starting it:",
                                "kumo-server --config /etc/kumo/server.conf --check-config")),
                List.of("kumo-manager(8)", "kumo-gateway(8)", "kumoctl(1)", "kumo.conf(5)"));
    }

    static ManualText gateway() {
        return new ManualText(
                "kumo-gateway",
                ADMINISTRATION,
                List.of(
                        "Applications talk to it as to memcached: the text, meta and binary protocols are told apart"
                                + " on one port. It keeps nothing, so that any number of gateways can run; one on"
                                + " each host of an application is usual.",
                        "An operation whose server fails is retried, and carried out once, until --timeout is over."),
                files("gateway", "/etc/kumo/users", "Users and their hashed passwords, if --auth-file names it."),
                JAVA,
                DAEMON_EXITS,
                List.of(STOP, HANGUP_OF_GATEWAY),
                List.of(
                        new Entry(
                                "A gateway for the applications of this host, on memcached's usual port:",
                                "kumo-gateway -m mgr1 -p mgr2 -t 11211 --cluster-key-file /etc/kumo/gateway.key"),
                        new Entry(
                                "For other hosts too, with passwords and TLS:",
                                "kumo-gateway -m mgr1 --cluster-key-file /etc/kumo/gateway.key --auth-file users \\\n"
                                        + "    --tls-listen 0.0.0.0:11411 --tls-cert tls.pem --tls-key tls.key")),
                List.of("kumo-manager(8)", "kumo-server(8)", "kumoctl(1)", "kumo.conf(5)"));
    }

    private static List<Entry> files(String role, String place, String what) {
        return List.of(
                new Entry("/etc/kumo/" + role + ".conf", "Its options, see kumo.conf(5), if --config names it."),
                new Entry(
                        "/etc/kumo/kumo-" + role + ".jvm",
                        "Options of the Java virtual machine, for example -Xmx4g; # begins a comment."),
                new Entry(place, what));
    }

    static ManualText control() {
        return new ManualText(
                "kumoctl",
                COMMANDS,
                List.of("MANAGER is any manager of the cluster; its port is 19700 if it is not given. A manager that"
                        + " does not lead passes a command on to the one that does."),
                List.of(
                        new Entry(
                                "~/.kumoctl.conf, /etc/kumo/kumoctl.conf",
                                "Where the operator's key or certificate is, for commands that do not say it: lines"
                                        + " like cluster-key-file = /etc/kumo/operator.key, or the node-tls options."
                                        + " The first of the two that can be read counts."),
                        new Entry("/etc/kumo/kumoctl.jvm", "Options of the Java virtual machine; # begins a comment.")),
                Stream.concat(Stream.of(OPERATOR_FILE), JAVA.stream()).toList(),
                COMMAND_EXITS,
                List.of(),
                List.of(
                        new Entry("Show the state of a cluster, each second:", "kumoctl mgr1 status --watch"),
                        new Entry(
                                "The same where processes prove with a key who they are, as all commands to a manager:",
                                "kumoctl mgr1 status --watch --cluster-key-file /etc/kumo/operator.key"),
                        new Entry(
                                "Let new servers take part, and wait until partitions have moved to them:",
                                "kumoctl mgr1 attach --wait"),
                        new Entry(
                                "Stop a server for a while, if no key is without a copy then:",
                                "kumoctl mgr1 safe-to-stop svr1 && ssh svr1 systemctl stop kumo-server")),
                List.of("kumo-manager(8)", "kumo-server(8)", "kumo-gateway(8)"));
    }

    /** A program of its own that comes with kumoctl. */
    static ManualText tool(String name) {
        return new ManualText(
                name, COMMANDS, List.of(), List.of(), JAVA, COMMAND_EXITS, List.of(), List.of(), List.of("kumoctl(1)"));
    }

    static ManualText configuration() {
        return new ManualText(
                "kumo.conf",
                FILES,
                List.of(
                        "kumo-manager, kumo-server and kumo-gateway take each of their options in a file, too, which"
                                + " --config FILE names. The packages' services read /etc/kumo/manager.conf,"
                                + " /etc/kumo/server.conf and /etc/kumo/gateway.conf.",
                        "A line is NAME = VALUE, where NAME is the long name of an option without its dashes. A flag is"
                                + " NAME = true, NAME = false, or its name alone. Empty lines count for nothing. The"
                                + " file is UTF-8.",
                        "A comment begins with # at the beginning of a line or after a blank. A value with a # after a"
                                + " blank in it, or with blanks at its ends, is put in double quotes; in these, a"
                                + " backslash stands before each quote and each backslash. An empty value is \"\".",
                        "An option that may be given more than once may be on several lines. Any other that is there"
                                + " twice is an error. The command line wins: an option that it gives is not taken from"
                                + " the file, a list as a whole.",
                        "Each mistake is told with its line, and what to do; the program ends with exit code 2 then."
                                + " Check a file before it is used, as the user that the daemon runs as:",
                        "    kumo-server --config /etc/kumo/server.conf --check-config",
                        "A file is read when the program starts, and not again. Names of files in it that do not begin"
                                + " with / are those of the directory in which the program is started.",
                        String.join(" ", TIME, BYTES, HOST)),
                List.of(
                        new Entry("/etc/kumo/manager.conf", "Options of kumo-manager."),
                        new Entry("/etc/kumo/server.conf", "Options of kumo-server."),
                        new Entry("/etc/kumo/gateway.conf", "Options of kumo-gateway.")),
                List.of(),
                List.of(),
                List.of(),
                List.of(new Entry("A server of two managers:", """
                        # /etc/kumo/server.conf
                        listen = svr1
                        manager1 = mgr1
                        manager1 = mgr2
                        store = /var/lib/kumo/server
                        cluster-key-file = /etc/kumo/cluster.key
                        zone = "rack #1"
                        """)),
                List.of("kumo-manager(8)", "kumo-server(8)", "kumo-gateway(8)"));
    }
}
