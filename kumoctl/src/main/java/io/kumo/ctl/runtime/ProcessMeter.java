package io.kumo.ctl.runtime;

import io.kumo.ctl.BenchReport.ProcessUse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads CPU time and memory of local processes from /proc (see proc(5)); finds none where there is no /proc. */
final class ProcessMeter {
    /** USER_HZ, which /proc counts in on every Linux platform that Java runs on. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int PAGE_BYTES = 4096;
    private static final Path PROC = Path.of("/proc");

    private ProcessMeter() {}

    /** The local processes of kumo and memcached, by what their command lines say. */
    static List<Long> findServers() {
        List<Long> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (name(process).isPresent()) {
                    found.add(Long.parseLong(process.getFileName().toString()));
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        found.sort(Long::compare);
        return found;
    }

    /** What those processes have used since they began; processes that ended are left out. */
    static List<ProcessUse> use(List<Long> pids) {
        List<ProcessUse> uses = new ArrayList<>();
        for (long pid : pids) {
            Path process = PROC.resolve(Long.toString(pid));
            try {
                String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                double cpu = (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
                long rss = Long.parseLong(fields[21]) * PAGE_BYTES;
                uses.add(new ProcessUse(name(process).orElse("process"), pid, cpu, rss));
            } catch (IOException ended) {
                // left out
            }
        }
        return uses;
    }

    private static Optional<String> name(Path process) {
        String commandLine;
        try {
            commandLine = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return Optional.empty();
        }
        String[] words = commandLine.split("\0");
        for (String word : words) {
            switch (word) {
                case "io.kumo.manager.runtime.ManagerMain":
                    return Optional.of("kumo-manager");
                case "io.kumo.server.runtime.ServerMain":
                    return Optional.of("kumo-server");
                case "io.kumo.gateway.runtime.GatewayMain":
                    return Optional.of("kumo-gateway");
                default:
                    break;
            }
        }
        return words[0].endsWith("memcached") ? Optional.of("memcached") : Optional.empty();
    }
}
