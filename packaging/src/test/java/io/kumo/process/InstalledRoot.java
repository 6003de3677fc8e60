package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A host to install packages on: this one with all that is installed here, but what is written goes to memory, and is
 * gone at the end; with a network of its own that has nothing but loopback. Needs root.
 */
final class InstalledRoot implements AutoCloseable {
    /** Where a directory of the test is in the root. */
    static final Path SHARED = Path.of("/mnt/kumo-test");

    private static final String MADE = "made";
    /** In a mount namespace of its own, so that nothing has to be undone. */
    private static final String MAKE = """
            set -e
            mount --make-rprivate /
            mount -t tmpfs -o mode=755 none "$1"
            cd "$1"
            mkdir upper work root cgroups
            mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
            mkdir -p root/mnt/kumo-test root/mnt/old
            mount --bind "$2" root/mnt/kumo-test
            mount -t tmpfs -o mode=755 none root/run
            mount -t tmpfs -o mode=1777 none root/tmp
            ip link set lo up
            """;
    /** /run is empty: no systemd runs here. */
    private static final String IDLE = MAKE + """
            mount -t proc none root/proc
            mount --rbind /dev root/dev
            echo made
            exec sleep 600
            """;
    /** What a container's first process does, in a control group that can be removed. */
    private static final String BOOT = MAKE + """
            mount -t cgroup2 none cgroups
            mkdir cgroups/kumo-test-$$
            echo $$ >cgroups/kumo-test-$$/cgroup.procs
            exec unshare --pid --fork --kill-child --uts --ipc --cgroup sh -c '
                set -e
                cd root
                mount -t proc none proc
                mount -t sysfs -o ro none sys
                mount -t cgroup2 none sys/fs/cgroup
                mount -t tmpfs -o mode=755 none dev
                for device in null zero full random urandom tty; do
                    touch dev/$device
                    mount --bind /dev/$device dev/$device
                done
                mkdir dev/shm dev/pts
                mount -t devpts -o newinstance,ptmxmode=666 none dev/pts
                ln -s pts/ptmx dev/ptmx
                mount -t tmpfs -o mode=1777 none dev/shm
                for unit in sysctl modules-load remount-fs binfmt; do
                    ln -sf /dev/null etc/systemd/system/systemd-$unit.service
                done
                pivot_root . mnt/old
                umount -l /mnt/old
                echo made
                exec env container=kumo-test /lib/systemd/systemd --unit=basic.target --show-status=no
            '
            """;
    /** The kernel keeps a group until the last process is gone. */
    private static final String REMOVE_GROUPS = """
            mount -t cgroup2 none /mnt
            for attempt in $(seq 100); do
                find "/mnt/kumo-test-$1" -depth -type d -exec rmdir {} ';' 2>/dev/null
                [ -e "/mnt/kumo-test-$1" ] || exit 0
                sleep 0.1
            done
            """;

    private final Path mount;
    private final boolean isBooted;
    private final Process holder;

    private InstalledRoot(Path mount, Path shared, boolean isBooted) {
        this.mount = mount;
        this.isBooted = isBooted;
        try {
            holder = new ProcessBuilder(
                            "unshare",
                            "--mount",
                            "--net",
                            "sh",
                            "-c",
                            isBooted ? BOOT : IDLE,
                            "sh",
                            mount.toString(),
                            shared.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = holder.inputReader().readLine();
            if (!MADE.equals(said)) {
                holder.destroyForcibly();
                throw new AssertionError("cannot make a root: " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Nothing runs in it but what is started by its prefix.
     *
     * @param mount an empty directory: the root is mounted there, visible to its own processes alone
     * @param shared a directory that the root has too, at {@link #SHARED}
     */
    static InstalledRoot idle(Path mount, Path shared) {
        return new InstalledRoot(mount, shared, false);
    }

    /** The same with a systemd of its own, which is up when this returns. */
    static InstalledRoot booted(Path mount, Path shared) {
        InstalledRoot root = new InstalledRoot(mount, shared, true);
        try {
            await("systemd is up")
                    .atMost(Duration.ofSeconds(60))
                    .until(
                            () -> root.shell("systemctl is-system-running")
                                    .stdout()
                                    .strip(),
                            state -> state.equals("running") || state.equals("degraded"));
        } catch (RuntimeException e) {
            root.close();
            throw e;
        }
        return root;
    }

    /** Why there can be none here; empty where they can. */
    static Optional<String> missing(String... tools) {
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.of("packages are installed in a root of their own, which needs root");
        }
        List<String> all = new ArrayList<>(List.of("unshare", "nsenter", "setpriv", "ip", "nc"));
        all.addAll(List.of(tools));
        for (String tool : all) {
            if (CommandResult.of(List.of("sh", "-c", "command -v " + tool)).exit() != 0) {
                return Optional.of(
                        "there is no " + tool + ": install util-linux, iproute2, netcat-openbsd, rpm, lintian");
            }
        }
        if (!Files.isExecutable(Path.of("/usr/bin/java"))) {
            return Optional.of("there is no /usr/bin/java: install default-jre-headless");
        }
        String overlay = "mount -t tmpfs none /mnt && mkdir /mnt/u /mnt/w /mnt/m"
                + " && mount -t overlay none -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w /mnt/m";
        if (CommandResult.of(List.of("unshare", "--mount", "sh", "-c", overlay)).exit() != 0) {
            return Optional.of("this host mounts no overlay");
        }
        return Optional.empty();
    }

    /** Why there can be none with a systemd; empty where there can. */
    static Optional<String> missingToBoot() {
        String group = "test -x /lib/systemd/systemd && mount -t cgroup2 none /mnt && mkdir /mnt/kumo-test-$$"
                + " && rmdir /mnt/kumo-test-$$";
        if (CommandResult.of(List.of("unshare", "--mount", "sh", "-c", group)).exit() != 0) {
            return Optional.of("no systemd can be started here: it is not installed, or there are no control groups");
        }
        return Optional.empty();
    }

    /** What a command is called with to run in the root; where nothing is booted, the process becomes the command's. */
    List<String> prefix() {
        List<String> prefix = new ArrayList<>(List.of("nsenter", "--mount", "--net", "--target"));
        if (isBooted) {
            prefix.add(Long.toString(holder.children().findFirst().orElseThrow().pid()));
            prefix.addAll(List.of("--pid", "--uts", "--ipc", "--cgroup", "--root", "--wd"));
        } else {
            prefix.add(Long.toString(holder.pid()));
            prefix.addAll(List.of("chroot", mount.resolve("root").toString()));
        }
        return prefix;
    }

    /** The same as a service's account. */
    List<String> prefixOf(String user, String group) {
        List<String> prefix = new ArrayList<>(prefix());
        prefix.addAll(List.of("setpriv", "--reuid", user, "--regid", group, "--clear-groups", "--no-new-privs"));
        return prefix;
    }

    CommandResult shell(String line) {
        List<String> command = new ArrayList<>(prefix());
        command.addAll(List.of("sh", "-c", line));
        return CommandResult.of(command);
    }

    /** What it prints on its first output; it must end with 0. */
    String must(String line) {
        CommandResult result = shell(line);
        assertEquals(0, result.exit(), () -> line + ": " + result.output());
        return result.stdout();
    }

    boolean has(String path) {
        return shell("test -e " + path).exit() == 0;
    }

    @Override
    public void close() {
        holder.destroyForcibly();
        if (isBooted) {
            CommandResult.of(
                    List.of("unshare", "--mount", "sh", "-c", REMOVE_GROUPS, "sh", Long.toString(holder.pid())));
        }
    }
}
