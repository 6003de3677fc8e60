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

    private Path copied(String end) throws IOException {
        for (Path file : packages(end)) {
            Files.copy(file, shared.resolve(file.getFileName()));
        }
        return Files.createDirectory(directory.resolve("mount"));
    }

    @AfterEach
    void removeRoot() {
        daemons.forEach(Daemon::end);
        if (root != null) {
            root.close();
        }
    }

    private static List<Path> packages(String end) throws IOException {
        try (Stream<Path> files = Files.list(PACKAGES)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(end))
                    .toList();
        }
    }

    @Test
    void lintianFindsNoError() throws IOException {
        List<String> command = new ArrayList<>(List.of("lintian", "--allow-root", "--fail-on", "error"));
        List<Path> debs = packages(".deb");
        assertEquals(NAMES.size(), debs.size(), debs::toString);
        debs.forEach(deb -> command.add(deb.toString()));
        CommandResult result = CommandResult.of(command);
        assertEquals(0, result.exit(), result::output);
    }

    @Test
    void debianPackagesAreInstalledRunUpgradedRemovedAndPurged() throws IOException, InterruptedException {
        root = InstalledRoot.idle(copied(".deb"), shared);
        root.must("dpkg --install " + InstalledRoot.SHARED + "/*.deb");
        assertInstalled();
        root.must("dpkg --verify " + String.join(" ", NAMES));
        startCluster();
        ask("set before 0 0 5\\r\\nvalue\\r\\n", "STORED\r\n");

        root.must("echo '# an edit of the operator' >> /etc/kumo/server.conf");
        makeNewerDebs();
        root.must("dpkg --force-confdef --install " + InstalledRoot.SHARED + "/newer/*.deb </dev/null");
        assertEquals("2.0.0-1", root.must("dpkg-query --show --showformat='${Version}' kumo-server"));
        assertTrue(root.must("cat /etc/kumo/server.conf").contains("an edit of the operator"));
        assertTrue(root.must("cat /etc/kumo/gateway.conf").contains("a new default"), "not edited, so replaced");
        daemons.forEach(daemon -> assertTrue(daemon.isAlive(), daemon.name()));
        daemons.get(1).stop();
        daemons.get(1).start().awaitReady();
        ask("get before\\r\\n", "VALUE before 0 5\r\nvalue\r\nEND\r\n");
        stopCluster();

        root.must("dpkg --remove kumo kumo-manager kumo-server kumo-gateway kumoctl kumo-common");
        assertFalse(root.has("/usr/bin/kumo-server") || root.has("/usr/share/kumo"), "programs are gone");
        assertTrue(root.has("/etc/kumo/server.conf") && root.has("/var/lib/kumo/server/kumo.properties"));
        root.must(
                "rm -r /etc/kumo/server-2.conf /etc/kumo/server-3.conf /var/lib/kumo/server-2 /var/lib/kumo/server-3");
        root.must("dpkg --purge " + String.join(" ", NAMES));
        assertEquals("", root.must("ls -d /*/kumo /*/*/kumo /etc/logrotate.d/kumo* 2>/dev/null || true"));
    }

    @Test
    void rpmPackagesAreInstalledRunUpgradedAndErased() throws IOException {
        root = InstalledRoot.idle(copied(".rpm"), shared);
        makeRpms();
        String install = "rpm --force-debian --install ";
        root.must(install + InstalledRoot.SHARED + "/rpms/RPMS/noarch/host-*.rpm");
        root.must(install + InstalledRoot.SHARED + "/rpms/RPMS/noarch/kumo-server-*.rpm");
        root.must("echo '# an edit of the operator' >> /etc/kumo/server.conf");
        root.must("rpm --force-debian --upgrade " + InstalledRoot.SHARED + "/*.rpm");
        assertInstalled();
        assertTrue(root.must("cat /etc/kumo/server.conf").contains("an edit of the operator"));
        assertTrue(root.has("/etc/kumo/server.conf.rpmnew"), "the new default is beside it");
        String verified = root.shell("rpm --verify " + String.join(" ", NAMES)).output();
        assertEquals(1, verified.lines().count(), verified);
        for (String role : ROLES) {
            assertTrue(root.must("kumo-" + role + " --version").startsWith("kumo-" + role + " "));
        }
        startDaemon("manager", unit("manager").execStart());
        root.must("kumoctl localhost status");
        stopCluster();

        root.must("rpm --force-debian --erase " + String.join(" ", NAMES));
        assertFalse(root.has("/usr/bin/kumo-server") || root.has("/usr/share/kumo"), "programs are gone");
        assertTrue(root.has("/etc/kumo/server.conf.rpmsave") && root.has("/var/lib/kumo/manager"));
    }

    @Test
    void systemdStartsReloadsAndStopsTheServices() throws IOException {
        var missing = InstalledRoot.missingToBoot();
        Assumptions.assumeTrue(missing.isEmpty(), () -> missing.orElseThrow());
        root = InstalledRoot.booted(copied(".deb"), shared);
        root.must("dpkg --install " + InstalledRoot.SHARED + "/*.deb");
        assertEquals("inactive\n", root.shell("systemctl is-active kumo-server").stdout(), "nothing starts by itself");
        root.must("echo 'log = /var/log/kumo/server.log' >> /etc/kumo/server.conf");
        root.must("echo '-Dan.operators.option=1' >> /etc/kumo/kumo-server.jvm");
        root.must("systemctl start " + SERVICES);
        assertTrue(root.must("cat /proc/$(systemctl show -P MainPID kumo-server)/cmdline")
                .contains("-Dan.operators.option=1"));
        assertTrue(root.must("systemctl show -P StatusText kumo-server").startsWith("listening on "));
        root.must("kumoctl localhost attach --wait");
        ask("set key 0 0 5\\r\\nvalue\\r\\nget key\\r\\n", "STORED\r\nVALUE key 0 5\r\nvalue\r\nEND\r\n");

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
        assertEquals("kumo:kumo 750\n", root.must("stat --format '%U:%G %a' /var/log/kumo"));
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

    /** The same packages as version 2.0.0, with other defaults, in the directory newer. */
    private void makeNewerDebs() {
        must("""
                set -e
                cd "$1"
                mkdir newer
                for deb in *.deb; do
                    dpkg-deb --raw-extract "$deb" tree
                    sed -i -E -e 's/^Version: .*/Version: 2.0.0-1/' -e 's/\\(= [^)]*\\)/(= 2.0.0-1)/g' tree/DEBIAN/control
                    for conf in tree/etc/kumo/*.conf; do
                        [ ! -e "$conf" ] || echo '# a new default' >>"$conf"
                    done
                    dpkg-deb -Znone --build tree "newer/$deb"
                    rm -r tree
                done
                """);
    }

    /** An older kumo-server, and a package that stands for what a host has that uses RPM. */
    private void makeRpms() {
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
                cat >older.spec <<'END'
                Name: kumo-server
                Version: 0.9
                Release: 1
                Summary: An older version
                License: Apache-2.0
                BuildArch: noarch
                %description
                An older version.
                %install
                mkdir -p %{buildroot}/etc/kumo
                echo '# an older default' >%{buildroot}/etc/kumo/server.conf
                %files
                %config(noreplace) /etc/kumo/server.conf
                END
                rpmbuild -bb --define "_topdir $1/rpms" host.spec older.spec
                """);
    }

    private void must(String script) {
        CommandResult result = CommandResult.of(List.of("sh", "-c", script, "sh", shared.toString()));
        assertEquals(0, result.exit(), result::output);
    }
}
