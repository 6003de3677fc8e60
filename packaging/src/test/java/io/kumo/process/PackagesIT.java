package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/**
 * What {@code ./mvnw -Ppackages package} made: installed, run as the units say, upgraded, removed and purged with the
 * real dpkg and rpm, on a host of its own ({@link InstalledRoot}). Without that profile there is nothing to test.
 */
@Tag("alone")
class PackagesIT {
    private static final Path PACKAGES = ProcessCluster.HOME.resolveSibling("packages");
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final List<String> NAMES =
            List.of("kumo-common", "kumo-manager", "kumo-server", "kumo-gateway", "kumoctl", "kumo");
    private static final String SERVICES = "kumo-manager kumo-server kumo-gateway";
    private static final List<String> ROLES = List.of("manager", "server", "gateway");
    private static final Path OLDER = InstalledRoot.SHARED.resolve("older");
    private static final Path NEWER = InstalledRoot.SHARED.resolve("newer");
    private static final String OPTIONS = "/etc/kumo/server.conf";
    private static final String JVM = "/etc/kumo/kumo-server.jvm";
    /** In the place of one that {@code KUMO_CDS=make} makes beside the libraries. */
    private static final String MAKE_ARCHIVE = "touch /usr/share/kumo/lib/kumoctl-17.jsa";

    @TempDir
    Path directory;

    private final List<Daemon> daemons = new ArrayList<>();
    private Path shared;
    private InstalledRoot root;

    @BeforeEach
    void needsPackages() throws IOException {
        Assumptions.assumeTrue(
                Files.isDirectory(PACKAGES), "there are no packages: build with -Ppackages to test them too");
        var missing = InstalledRoot.missing("dpkg-deb", "rpm", "rpmbuild", "lintian");
        Assumptions.assumeTrue(missing.isEmpty(), () -> missing.orElseThrow());
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        shared = Files.createDirectory(directory.resolve("shared"));
    }

    /** Packages for the root: those of the previous build, where it can be had, and these. */
    private Path copied(String end) throws IOException {
        Path older = PACKAGES;
        try {
            older = PreviousBuild.packages();
        } catch (TestAbortedException e) {
            System.out.println("these packages are upgraded to themselves: " + e.getMessage());
        }
        copy(older, end, "older");
        copy(PACKAGES, end, "newer");
        return Files.createDirectory(directory.resolve("mount"));
    }

    private void copy(Path from, String end, String to) throws IOException {
        Path directory = Files.createDirectory(shared.resolve(to));
        for (Path file : packages(from, end)) {
            Files.copy(file, directory.resolve(file.getFileName()));
        }
    }

    @AfterEach
    void removeRoot() {
        daemons.forEach(Daemon::end);
        if (root != null) {
            root.close();
        }
    }

    private static List<Path> packages(Path from, String end) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(end))
                    .toList();
        }
    }

    @Test
    void lintianFindsNoError() throws IOException {
        List<String> command = new ArrayList<>(List.of("lintian", "--allow-root", "--fail-on", "error"));
        List<Path> debs = packages(PACKAGES, ".deb");
        assertEquals(NAMES.size(), debs.size(), debs::toString);
        debs.forEach(deb -> command.add(deb.toString()));
        CommandResult result = CommandResult.of(command);
        assertEquals(0, result.exit(), result::output);
    }

    @Test
    void debianPackagesAreInstalledRunUpgradedRemovedAndPurged() throws IOException, InterruptedException {
        root = InstalledRoot.idle(copied(".deb"), shared);
        root.must("dpkg --install " + OLDER + "/*.deb");
        root.must("dpkg --verify " + String.join(" ", NAMES));
        startCluster();
        ask("set before 0 0 5\\r\\nvalue\\r\\n", "STORED\r\n");

        edit();
        root.must("dpkg --force-confdef --install " + NEWER + "/*.deb </dev/null");
        assertInstalled();
        assertEquals(
                root.must("dpkg-deb --show --showformat='${Version}' " + NEWER + "/kumo-server_*.deb"),
                root.must("dpkg-query --show --showformat='${Version}' kumo-server"));
        assertEditsAreKept(".dpkg-dist");
        assertTrue(root.must("cat /var/lib/dpkg/info/kumoctl.conffiles").contains("/etc/kumo/kumoctl.conf"));
        assertTheClusterGoesOn();
        stopCluster();

        root.must(MAKE_ARCHIVE);
        root.must("dpkg --remove kumo kumo-manager kumo-server kumo-gateway kumoctl kumo-common");
        assertProgramsAreGone();
        assertTrue(root.has("/etc/kumo/server.conf") && root.has("/var/lib/kumo/server/kumo.properties"));
        root.must(
                "rm -r /etc/kumo/server-2.conf /etc/kumo/server-3.conf /var/lib/kumo/server-2 /var/lib/kumo/server-3");
        String purge = "dpkg --purge " + String.join(" ", NAMES);
        String left = "ls -d /*/kumo /*/*/kumo /etc/logrotate.d/kumo* 2>/dev/null || true";
        root.must(purge);
        assertEquals("", root.must(left));

        root.must("dpkg --install " + NEWER + "/*.deb");
        for (String role : ROLES) {
            root.must("runuser -u kumo -- kumo-" + role + " --config /etc/kumo/" + role + ".conf --check-config");
        }
        root.must(purge);
        assertEquals("", root.must(left));
    }

    @Test
    void rpmPackagesAreInstalledRunUpgradedAndErased() throws IOException, InterruptedException {
        root = InstalledRoot.idle(copied(".rpm"), shared);
        makeRpmOfTheHost();
        root.must("rpm --force-debian --install " + InstalledRoot.SHARED + "/rpms/RPMS/noarch/host-*.rpm");
        root.must("rpm --force-debian --install " + OLDER + "/*.rpm");
        assertEquals("", root.must("rpm --verify " + String.join(" ", NAMES)));
        startCluster();
        ask("set before 0 0 5\\r\\nvalue\\r\\n", "STORED\r\n");

        edit();
        root.must("rpm --force-debian --upgrade --replacepkgs " + NEWER + "/*.rpm");
        assertInstalled();
        assertEquals(
                root.must("rpm --query --queryformat '%{version}' --package " + NEWER + "/kumo-server-*.rpm"),
                root.must("rpm --query --queryformat '%{version}' kumo-server"));
        assertEditsAreKept(".rpmnew");
        String verified = root.shell("rpm --verify " + String.join(" ", NAMES)).output();
        assertTrue(
                verified.lines().allMatch(line -> line.endsWith(" c " + OPTIONS) || line.endsWith(" c " + JVM)),
                verified);
        assertTheClusterGoesOn();
        stopCluster();

        root.must(MAKE_ARCHIVE);
        root.must("rpm --force-debian --erase " + String.join(" ", NAMES));
        assertProgramsAreGone();
        assertTrue(root.has(OPTIONS + ".rpmsave") && root.has("/var/lib/kumo/manager"));
        assertTrue(root.has("/var/lib/kumo/server/kumo.properties"), "data stays");
        assertFalse(root.has("/etc/kumo/manager.conf") || root.has("/usr/lib/systemd/system/kumo-server.service"));
    }

    @Test
    void systemdStartsReloadsAndStopsTheServices() throws IOException {
        var missing = InstalledRoot.missingToBoot();
        Assumptions.assumeTrue(missing.isEmpty(), () -> missing.orElseThrow());
        root = InstalledRoot.booted(copied(".deb"), shared);
        root.must("dpkg --install " + OLDER + "/*.deb");
        assertEquals("inactive\n", root.shell("systemctl is-active kumo-server").stdout(), "nothing starts by itself");
        root.must("echo 'log = /var/log/kumo/server.log' >> /etc/kumo/server.conf");
        root.must("echo '-Dan.operators.option=1' >> /etc/kumo/kumo-server.jvm");
        root.must("systemctl enable --now " + SERVICES);
        assertTrue(root.must("cat /proc/$(systemctl show -P MainPID kumo-server)/cmdline")
                .contains("-Dan.operators.option=1"));
        assertTrue(root.must("systemctl show -P StatusText kumo-server").startsWith("listening on "));
        root.must("kumoctl localhost attach --wait");
        ask("set key 0 0 5\\r\\nvalue\\r\\nget key\\r\\n", "STORED\r\nVALUE key 0 5\r\nvalue\r\nEND\r\n");

        String server = root.must("systemctl show -P MainPID kumo-server");
        root.must("dpkg --force-confdef --install " + NEWER + "/*.deb </dev/null");
        assertEquals("active\nactive\nactive\n", root.must("systemctl is-active " + SERVICES));
        assertEquals("enabled\nenabled\nenabled\n", root.must("systemctl is-enabled " + SERVICES));
        assertEquals(server, root.must("systemctl show -P MainPID kumo-server"), "an upgrade restarts nothing");
        for (String service : SERVICES.split(" ")) {
            root.must("systemctl restart " + service);
        }
        ask("get key\\r\\n", "VALUE key 0 5\r\nvalue\r\nEND\r\n");
        root.must("kumoctl localhost backup monday --to /var/lib/kumo/backup");
        root.must("kumoctl backup-check /var/lib/kumo/backup/monday");

        root.must("logrotate --force /etc/logrotate.d/kumo-server");
        await("the log is opened again")
                .atMost(SOON)
                .until(() -> root.has("/var/log/kumo/server.log.1") && root.has("/var/log/kumo/server.log"));
        root.must("systemctl stop " + SERVICES);
        assertEquals("success\n\nsuccess\n\nsuccess\n", root.must("systemctl show -P Result " + SERVICES));

        root.must("echo 'nonsense = 1' >> /etc/kumo/gateway.conf");
        assertEquals(1, root.shell("systemctl start kumo-gateway").exit());
        assertEquals("failed\n", root.shell("systemctl is-active kumo-gateway").stdout(), "it is not tried again");
        assertTrue(root.must("journalctl -u kumo-gateway").contains("unknown option 'nonsense'"));
    }

    // --- What is installed. ---

    private void assertInstalled() {
        assertTrue(root.must("getent passwd kumo").contains(":/var/lib/kumo:"));
        assertEquals(
                "kumo:kumo 750\nkumo:kumo 750\nroot:root 644\n",
                root.must("stat --format '%U:%G %a' /var/log/kumo /var/lib/kumo/backup /etc/kumo/kumoctl.conf"));
        for (String role : ROLES) {
            assertTrue(root.must("kumo-" + role + " --version").startsWith("kumo-" + role + " "));
        }
        String units = ROLES.stream()
                .map(role -> "/usr/lib/systemd/system/kumo-" + role + ".service")
                .collect(Collectors.joining(" "));
        if (root.has("/usr/bin/systemd-analyze")) {
            assertEquals("", root.must("systemd-analyze verify --man=no " + units));
        }
        if (root.has("/usr/sbin/logrotate")) {
            root.must("/usr/sbin/logrotate --debug /etc/logrotate.d/kumo-*");
        }
        assertEquals(
                "kumo-account\n",
                root.must("cd /usr/share/kumo/bin; for script in *; do [ -x /usr/bin/$script ] || echo $script; done"),
                "programs that are not on the PATH");
        assertFalse(root.must("ls /etc/systemd/system/multi-user.target.wants").contains("kumo"), "nothing is enabled");
    }

    private UnitFile unit(String role) {
        return UnitFile.parse(root.must("cat /usr/lib/systemd/system/kumo-" + role + ".service"));
    }

    // --- A cluster from the unit files. ---

    private void startCluster() throws IOException, InterruptedException {
        startDaemon("manager", unit("manager").execStart());
        startServerThatTellsSystemd();
        for (int number = 2; number <= 3; number++) {
            String conf = "/etc/kumo/server-" + number + ".conf";
            root.must("sed -e 's|^listen = .*|listen = 127.0.0.1:1980" + number + "|'"
                    + " -e 's|^store = .*|store = /var/lib/kumo/server-" + number + "|' /etc/kumo/server.conf > "
                    + conf);
            root.must("install -d -o kumo -g kumo /var/lib/kumo/server-" + number);
            List<String> command = new ArrayList<>(unit("server").execStart());
            command.replaceAll(word -> word.equals("/etc/kumo/server.conf") ? conf : word);
            startDaemon("server", command);
        }
        startDaemon("gateway", unit("gateway").execStart());
        await("all servers are known")
                .atMost(SOON)
                .ignoreExceptions()
                .until(() -> status().servers().size() == 3);
        root.must("kumoctl localhost attach --wait");
        awaitHealthy();
    }

    private void awaitHealthy() {
        await("the cluster is healthy").atMost(SOON).ignoreExceptions().until(() -> status().isHealthy(3));
    }

    private ClusterStatus status() {
        return ClusterStatus.parse(root.must("kumoctl localhost status --json"));
    }

    private void startDaemon(String role, List<String> execStart, String... environment) {
        UnitFile unit = unit(role);
        if (unit.settings().containsKey("StateDirectory")) {
            String owner = unit.value("User") + " -g " + unit.value("Group");
            String state = "/var/lib/" + unit.value("StateDirectory");
            root.must("install -d -m " + unit.value("StateDirectoryMode") + " -o " + owner + " " + state);
        }
        List<String> command = new ArrayList<>(root.prefixOf(unit.value("User"), unit.value("Group")));
        command.add("env");
        command.addAll(List.of(environment));
        command.addAll(execStart);
        String name = role + daemons.size();
        Daemon daemon = new Daemon(name, command, directory.resolve(name + ".out"));
        daemons.add(daemon.start());
        daemon.awaitReady();
    }

    private void stopCluster() {
        for (int i = daemons.size() - 1; i >= 0; i--) {
            daemons.get(i).stop();
        }
        daemons.clear();
    }

    private void ask(String request, String answer) {
        String talk = "printf '" + request + "quit\\r\\n' | nc -w 10 127.0.0.1 11411";
        await(request).atMost(SOON).until(() -> root.must(talk), answer::equals);
    }

    /** We are systemd here: the daemon says that it serves through the socket that it is given. */
    private void startServerThatTellsSystemd() throws IOException, InterruptedException {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            Path socket = shared.resolve("notify");
            new Bootstrap()
                    .group(group)
                    .channel(EpollDomainDatagramChannel.class)
                    .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                        @Override
                        protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket packet) {
                            told.add(packet.content().toString(StandardCharsets.UTF_8));
                        }
                    })
                    .bind(new DomainSocketAddress(socket.toFile()))
                    .syncUninterruptibly();
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rwxrwxrwx"));
            assertEquals("notify", unit("server").value("Type"));
            startDaemon(
                    "server", unit("server").execStart(), "NOTIFY_SOCKET=" + InstalledRoot.SHARED.resolve("notify"));
            String word = told.poll(SOON.toSeconds(), TimeUnit.SECONDS);
            assertTrue(word != null && word.startsWith("READY=1\nSTATUS=listening on "), word);
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    // --- Other versions. ---

    /** What an operator changes: the options of a server, and those of its JVM. */
    private void edit() {
        root.must("echo '# an edit of the operator' | tee -a " + OPTIONS + " >>" + JVM);
    }

    /** @param end of the name of the file that has a new default, where the operator has changed the old one */
    private void assertEditsAreKept(String end) {
        assertTrue(root.must("cat " + OPTIONS).contains("an edit of the operator"));
        assertTrue(root.must("cat " + JVM).contains("an edit of the operator"));
        assertEquals(root.must("cat " + JVM).contains(PreviousBuild.OLDER_DEFAULT), root.has(JVM + end));
        String notEdited = root.must("cat /etc/kumo/kumo-manager.jvm");
        assertFalse(notEdited.contains(PreviousBuild.OLDER_DEFAULT), "not edited, so replaced");
    }

    private void assertProgramsAreGone() {
        assertFalse(root.has("/usr/bin/kumo-server") || root.has("/usr/share/kumo"), "programs are gone");
    }

    /**
     * What was written with the version before is there, while that runs on, and after one of each role is replaced.
     */
    private void assertTheClusterGoesOn() {
        daemons.forEach(daemon -> assertTrue(daemon.isAlive(), daemon.name()));
        ask("get before\\r\\n", "VALUE before 0 5\r\nvalue\r\nEND\r\n");
        for (Daemon daemon : List.of(daemons.get(0), daemons.get(1), daemons.get(daemons.size() - 1))) {
            daemon.stop();
            daemon.start().awaitReady();
        }
        awaitHealthy();
        ask("get before\\r\\n", "VALUE before 0 5\r\nvalue\r\nEND\r\n");
    }

    /** A package that stands for what a host has that uses RPM. */
    private void makeRpmOfTheHost() {
        must("""
                set -e
                cd "$1"
                cat >host.spec <<'END'
                Name: host
                Version: 1
                Release: 1
                Summary: What a host has
                License: None
                BuildArch: noarch
                Provides: java-headless = 1:17.0.1, /bin/sh
                %description
                What a host has.
                %files
                END
                rpmbuild -bb --define "_topdir $1/rpms" host.spec
                """);
    }

    private void must(String script) {
        CommandResult result = CommandResult.of(List.of("sh", "-c", script, "sh", shared.toString()));
        assertEquals(0, result.exit(), result::output);
    }
}
