package io.kumo.ctl.runtime;

import io.kumo.base.HostPort;
import io.kumo.config.OptionParser;
import io.kumo.config.OptionSpec;
import io.kumo.config.ParsedOptions;
import io.kumo.config.UsageException;
import io.kumo.ctl.ServerFacts;
import io.kumo.ctl.TopColumn;
import io.kumo.ctl.TopRow;
import io.kumo.ctl.TopTable;
import io.kumo.error.KumoException;
import io.kumo.protocol.ControlMessages.Stat;
import io.kumo.protocol.ControlMessages.StatResult;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * {@code kumotop}: what all servers do, again and again. On a terminal a live table, in a pipe one table after another.
 */
final class TopTool {
    private static final String NAME = "kumotop";
    private static final long SHORTEST_MS = 200;
    private static final int KEY_QUIT = 'q';
    private static final int KEY_REVERSE = 'r';
    private static final int MOST_LOOKS_WITHOUT_MANAGERS = 30;

    private static final OptionSpec<Boolean> ONCE = OptionSpec.flag("once", "Print one table, and end.");
    private static final OptionSpec<Duration> INTERVAL =
            OptionSpec.duration("interval", "1s", "Time between two looks at the servers; 200ms at least.");
    private static final OptionSpec<String> SORT = OptionSpec.string(
                    "sort", TopColumn.SERVER.head(), "Sort by this column: " + columns() + ".")
            .argument("COLUMN");

    static final OptionParser OPTIONS = new OptionParser(
            NAME,
            "SERVER[:PORT]...|-m MANAGER[:PORT] [OPTION]...",
            "Shows what servers do, live. Keys on a terminal: a column's letter sorts by it, r reverses, q quits.",
            ToolOptions.of(Servers.MANAGER, ONCE, INTERVAL, SORT, Subcommands.JSON));

    private final ManagerClient client;
    private final Servers servers;
    private final PrintStream out;
    private Map<HostPort, ServerFacts> before = new HashMap<>();
    private List<Servers.Server> known = List.of();
    private int looksWithoutManagers;
    private TopColumn sort;
    private boolean isReversed;

    private TopTool(ManagerClient client, Servers servers, TopColumn sort, PrintStream out) {
        this.client = client;
        this.servers = servers;
        this.sort = sort;
        this.out = out;
    }

    private static String columns() {
        return Arrays.stream(TopColumn.values()).map(TopColumn::head).collect(Collectors.joining(", "));
    }

    static int run(List<String> words, PrintStream out) {
        ParsedOptions options = OPTIONS.parse(words);
        Servers servers = Servers.of(NAME, options, options.arguments());
        String column = options.value(SORT);
        TopColumn sort = TopColumn.named(column)
                .orElseThrow(() -> new UsageException(
                        NAME + ": --sort: no column is called '" + column + "': there are " + columns()));
        long intervalMs = Math.max(SHORTEST_MS, options.value(INTERVAL).toMillis());
        boolean json = options.value(Subcommands.JSON);
        boolean once = options.value(ONCE);
        try (ManagerClient client = ManagerClient.open(servers.first(), options)) {
            TopTool top = new TopTool(client, servers, sort, out);
            top.look(); // rates need two looks
            if (!once && !json && TerminalScreen.isTerminal()) {
                try (TerminalScreen screen = TerminalScreen.open(out)) {
                    top.live(screen, intervalMs);
                }
                return 0;
            }
            return top.print(json, once, intervalMs);
        }
    }

    private int print(boolean json, boolean once, long intervalMs) {
        while (Pause.ms(intervalMs)) {
            List<TopRow> rows = look();
            if (json) {
                out.println(TopTable.json(rows, System.currentTimeMillis()));
            } else {
                TopTable.lines(rows, sort, isReversed, Integer.MAX_VALUE).forEach(out::println);
                out.print(once ? "" : TopTable.summary(rows) + "\n\n");
            }
            out.flush();
            if (once || out.checkError()) {
                return rows.stream().anyMatch(TopTool::isSilent) ? 1 : 0;
            }
        }
        return 0;
    }

    private void live(TerminalScreen screen, long intervalMs) {
        List<TopRow> rows = look();
        while (true) {
            show(screen, rows);
            int key = screen.key(intervalMs);
            if (key == KEY_QUIT || key == TerminalScreen.END) {
                return;
            } else if (key == KEY_REVERSE) {
                isReversed = !isReversed;
            } else if (key == TerminalScreen.NONE) {
                rows = look();
            } else {
                sort = TopColumn.ofKey(key).orElse(sort);
            }
        }
    }

    private void show(TerminalScreen screen, List<TopRow> rows) {
        int width = screen.width();
        int room = Math.max(1, screen.height() - 4);
        List<String> lines = new ArrayList<>();
        lines.add(TopTable.summary(rows));
        lines.addAll(TopTable.lines(rows, sort, isReversed, width));
        if (lines.size() > room + 2) {
            int hidden = lines.size() - room - 1;
            lines = new ArrayList<>(lines.subList(0, room + 1));
            lines.add("... and " + hidden + " more");
        }
        lines.add("");
        lines.add(TopTable.keys(width));
        screen.show(lines);
    }

    private static boolean isSilent(TopRow row) {
        return row.state().equals("silent") || row.state().equals("fault");
    }

    private List<TopRow> look() {
        findServers();
        List<HostPort> asked = known.stream()
                .filter(server -> !server.state().equals("fault"))
                .map(Servers.Server::address)
                .toList();
        Map<HostPort, ServerFacts> now = new HashMap<>();
        for (ManagerClient.Answer<StatResult> answer : client.askAll(asked, new Stat(""))) {
            answer.value()
                    .ifPresent(result ->
                            now.put(answer.from(), ServerFacts.of(answer.from(), result.entries(), Optional.empty())));
        }
        List<TopRow> rows = new ArrayList<>();
        for (Servers.Server server : known) {
            ServerFacts facts = now.get(server.address());
            String silent = server.state().equals("fault") ? "fault" : "silent";
            rows.add(
                    facts == null
                            ? TopRow.silent(server.address(), silent)
                            : TopRow.of(facts, Optional.ofNullable(before.get(server.address())), server.state()));
        }
        before = now;
        return rows;
    }

    /** While no manager answers it goes on with those that it knows, for a while. */
    private void findServers() {
        try {
            known = servers.attached(client);
            looksWithoutManagers = 0;
        } catch (KumoException e) {
            if (known.isEmpty() || ++looksWithoutManagers > MOST_LOOKS_WITHOUT_MANAGERS) {
                throw e;
            }
        }
    }
}
