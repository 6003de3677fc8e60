package io.kumo.ctl.runtime;

import io.kumo.base.HostPort;
import io.kumo.config.NearMiss;
import io.kumo.config.OptionParser;
import io.kumo.config.ParsedOptions;
import io.kumo.config.UsageException;
import io.kumo.ctl.ServerFacts;
import io.kumo.ctl.StatItem;
import io.kumo.ctl.StatReport;
import io.kumo.ctl.StatReport.Line;
import io.kumo.protocol.ControlMessages.Stat;
import io.kumo.protocol.ControlMessages.StatResult;
import io.kumo.protocol.ControlMessages.TableGet;
import io.kumo.protocol.ControlMessages.TableResult;
import io.kumo.table.ClusterTable;
import io.kumo.table.TableCodec;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code kumostat}: one thing that a server tells of itself, or all servers. */
final class StatTool {
    private static final String NAME = "kumostat";

    static final OptionParser OPTIONS = new OptionParser(
            NAME,
            "SERVER[:PORT]|-m MANAGER[:PORT] ITEM [OPTION]...",
            "Shows one figure of a server, or of all. Items: " + items() + ".",
            ToolOptions.of(Servers.MANAGER, Subcommands.JSON));

    private StatTool() {}

    private static String items() {
        return Arrays.stream(StatItem.values()).map(StatItem::word).collect(Collectors.joining(", "));
    }

    static int run(List<String> words, PrintStream out) {
        ParsedOptions options = OPTIONS.parse(words);
        List<String> arguments = options.arguments();
        if (arguments.isEmpty() || arguments.size() > 2) {
            throw new UsageException(
                    NAME + ": give a server and an item, or -m MANAGER and an item (see " + NAME + " --help)");
        }
        String word = arguments.get(arguments.size() - 1);
        StatItem item = StatItem.named(word)
                .orElseThrow(() -> new UsageException(NAME + ": no item is called '" + word + "'"
                        + NearMiss.question(
                                word,
                                Arrays.stream(StatItem.values())
                                        .map(StatItem::word)
                                        .toList(),
                                "")
                        + " (see " + NAME + " --help)"));
        Servers servers = Servers.of(NAME, options, arguments.subList(0, arguments.size() - 1));
        if (item.isWithoutEffect()) {
            System.err.println(NAME + ": " + item.word() + " has " + item.help());
            return 0;
        }
        return show(options, servers, item, out);
    }

    private static int show(ParsedOptions options, Servers servers, StatItem item, PrintStream out) {
        boolean ofAll = servers.manager().isPresent();
        try (ManagerClient client = ManagerClient.open(servers.first(), options)) {
            List<HostPort> addresses = servers.attached(client).stream()
                    .filter(server -> !server.state().equals("fault"))
                    .map(Servers.Server::address)
                    .toList();
            List<Line> lines = new ArrayList<>();
            for (ManagerClient.Answer<StatResult> answer : client.askAll(addresses, new Stat(""))) {
                lines.add(line(client, item, answer));
            }
            boolean json = options.value(Subcommands.JSON);
            if (!json && !ofAll && !lines.get(0).isAnswer()) {
                System.err.println(NAME + ": " + lines.get(0).text());
                return 1;
            }
            out.print(json ? StatReport.json(item, lines, ofAll) : StatReport.text(lines, ofAll));
            return lines.stream().allMatch(Line::isAnswer) ? 0 : 1;
        }
    }

    private static Line line(ManagerClient client, StatItem item, ManagerClient.Answer<StatResult> answer) {
        if (answer.value().isEmpty()) {
            return new Line(answer.from(), false, answer.failure());
        }
        Optional<ClusterTable> table = item.needsTable() ? table(client, answer.from()) : Optional.empty();
        ServerFacts facts = ServerFacts.of(answer.from(), answer.value().get().entries(), table);
        return new Line(answer.from(), true, item.of(facts));
    }

    /** The table that one server goes by. */
    static Optional<ClusterTable> table(ManagerClient client, HostPort server) {
        TableResult result = client.ask(server, new TableGet(0));
        return result.version() == 0 ? Optional.empty() : Optional.of(TableCodec.decode(result.table()));
    }
}
