package io.kumo.ctl.runtime;

import io.kumo.backup.BackupHeader;
import io.kumo.backup.BackupManifest;
import io.kumo.backup.BackupPoint;
import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.ctl.BackupText;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.BackupMessages.BackupDelete;
import io.kumo.protocol.BackupMessages.BackupInfo;
import io.kumo.protocol.BackupMessages.BackupList;
import io.kumo.table.ClusterTable;
import io.kumo.table.ServerInfo;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** {@code kumoctl MANAGER backup}: writes, lists, ends and deletes backups. */
final class BackupCommand {
    private static final long DELETE_MS = 120_000;

    private BackupCommand() {}

    static int run(Invocation run) {
        boolean list = run.options().value(BackupCommands.LIST);
        boolean cancel = run.options().value(BackupCommands.CANCEL);
        boolean delete = run.options().value(BackupCommands.DELETE);
        if ((list ? 1 : 0) + (cancel ? 1 : 0) + (delete ? 1 : 0) > 1) {
            throw new KumoException(ErrorCode.BAD_REQUEST, "give one of --list, --cancel and --delete");
        }
        if (list) {
            return list(run);
        }
        boolean isNamed = !run.arguments().isEmpty();
        if ((cancel || delete) && !isNamed) {
            throw new KumoException(ErrorCode.BAD_REQUEST, "name the backup");
        }
        String name = isNamed
                ? run.arguments().get(0)
                : LocalDate.now(ZoneOffset.UTC).format(DateTimeFormatter.BASIC_ISO_DATE); // kumofs's suffix
        if (!BackupHeader.isName(name)) {
            throw new KumoException(
                    ErrorCode.BAD_REQUEST, "'" + name + "' is no name for a backup: " + BackupHeader.NAME_RULE);
        }
        return cancel || delete ? delete(run, name, delete) : write(run, name);
    }

    private static int write(Invocation run, String name) {
        ClusterTable table = run.client().table();
        String base = run.options().value(BackupCommands.BASE);
        IntFunction<Optional<BackupPoint>> since = base.isEmpty() ? none -> Optional.empty() : base(run, table, base);
        return new BackupDriver(run, name, base, since).run(table);
    }

    /** What an older backup has of each partition. */
    private static IntFunction<Optional<BackupPoint>> base(Invocation run, ClusterTable table, String base) {
        List<String> places = new ArrayList<>(List.of(run.options().value(BackupCommands.TO)));
        if (!places.contains("")) {
            places.add("");
        }
        for (String place : places) {
            for (BackupInfo info : all(run, table, place).values().stream()
                    .flatMap(List::stream)
                    .toList()) {
                if (info.name().equals(base) && !info.manifest().isEmpty()) {
                    BackupManifest manifest = BackupManifest.decode(info.path(), info.manifest());
                    boolean fits = manifest.header().cluster().equals(table.clusterId())
                            && manifest.header().partitions() == table.partitionCount();
                    if (!fits) {
                        throw new KumoException(ErrorCode.REFUSED, "backup " + base + " is of another cluster");
                    }
                    return manifest::point;
                }
            }
        }
        throw new KumoException(
                ErrorCode.REFUSED, "no server has a whole backup " + base + ": 'backup --list' shows what there is");
    }

    /** What each server has. */
    private static Map<HostPort, List<BackupInfo>> all(Invocation run, ClusterTable table, String place) {
        Map<HostPort, List<BackupInfo>> found = new LinkedHashMap<>();
        for (ServerInfo server : table.servers()) {
            try {
                found.put(
                        server.address(),
                        run.client()
                                .ask(server.address(), new BackupList(place))
                                .backups());
            } catch (KumoException e) {
                if (e.code() == ErrorCode.BAD_REQUEST) {
                    throw e;
                }
                run.out().println("server " + server.address() + " does not say: " + e.getMessage());
            }
        }
        return found;
    }

    private static int list(Invocation run) {
        ClusterTable table = run.client().table();
        Map<String, Map<HostPort, BackupInfo>> byName = new TreeMap<>();
        all(run, table, run.options().value(BackupCommands.TO))
                .forEach((server, infos) ->
                        infos.forEach(info -> byName.computeIfAbsent(info.name(), none -> new LinkedHashMap<>())
                                .put(server, info)));
        byName.forEach((name, servers) -> {
            Bytes manifest = servers.values().stream()
                    .map(BackupInfo::manifest)
                    .filter(each -> !each.isEmpty())
                    .findFirst()
                    .orElse(Bytes.EMPTY);
            run.out().println(manifest.isEmpty() ? name + "  not whole" : line(name, manifest));
            servers.forEach((server, info) -> run.out().println("    " + server + "  " + info.path()));
        });
        if (byName.isEmpty()) {
            run.out().println("no backups");
        }
        return 0;
    }

    private static String line(String name, Bytes manifest) {
        try {
            return BackupText.line(BackupManifest.decode(name, manifest));
        } catch (KumoException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static int delete(Invocation run, String name, boolean whole) {
        String place = run.options().value(BackupCommands.TO);
        ClusterTable table = run.client().table();
        boolean isWhole = all(run, table, place).values().stream()
                .flatMap(List::stream)
                .anyMatch(info -> info.name().equals(name) && !info.manifest().isEmpty());
        if (isWhole && !whole) {
            throw new KumoException(
                    ErrorCode.REFUSED, "backup " + name + " is whole: '--delete' deletes it, '--cancel' does not");
        }
        int failures = 0;
        boolean existed = false;
        for (ServerInfo server : table.servers()) {
            try {
                existed |= run.client()
                        .ask(server.address(), new BackupDelete(place, name), DELETE_MS)
                        .existed();
            } catch (KumoException e) {
                run.out().println("not deleted at server " + server.address() + ": " + e.getMessage());
                failures++;
            }
        }
        if (failures == 0) {
            run.out().println(existed ? "backup " + name + " is deleted" : "there is no backup " + name);
        }
        return failures == 0 && existed ? 0 : 1;
    }
}
