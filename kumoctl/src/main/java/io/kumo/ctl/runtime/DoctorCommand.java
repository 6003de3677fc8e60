package io.kumo.ctl.runtime;

import io.kumo.base.HostPort;
import io.kumo.ctl.Doctor;
import io.kumo.ctl.DoctorReport;
import io.kumo.ctl.Examination;
import io.kumo.ctl.Examination.Node;
import io.kumo.ctl.Examination.Port;
import io.kumo.ctl.Finding;
import io.kumo.ctl.ServerFacts;
import io.kumo.protocol.ControlMessages.Stat;
import io.kumo.protocol.ControlMessages.StatResult;
import io.kumo.protocol.Figure;
import io.kumo.protocol.StatusMessages.ManagerStatus;
import io.kumo.protocol.StatusMessages.ServerStatus;
import io.kumo.protocol.StatusMessages.Status;
import io.kumo.protocol.StatusMessages.StatusResult;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code kumoctl MANAGER doctor}: looks at every process of a cluster, and says what to do. */
final class DoctorCommand {
    private final ManagerClient client;

    private DoctorCommand(ManagerClient client) {
        this.client = client;
    }

    static int run(Invocation run) {
        List<Finding> findings = Doctor.examine(new DoctorCommand(run.client()).look());
        boolean json = run.options().value(Subcommands.JSON);
        run.out().print(json ? DoctorReport.json(findings) : DoctorReport.text(findings));
        return DoctorReport.isWell(findings) ? 0 : 1;
    }

    private Examination look() {
        StatusResult status = client.ask(new Status());
        List<HostPort> managers =
                status.managers().stream().map(ManagerStatus::address).toList();
        List<HostPort> servers =
                status.servers().stream().map(ServerStatus::address).distinct().toList();
        List<HostPort> all = Stream.concat(managers.stream(), servers.stream()).toList();
        List<ManagerClient.Answer<StatResult>> answers = client.askAll(all, new Stat(""));
        // Asked once more, over connections that stand, by code that has run: so that the time on the way is short.
        List<HostPort> answering = answers.stream()
                .filter(answer -> answer.value().isPresent())
                .map(ManagerClient.Answer::from)
                .toList();
        Map<HostPort, ManagerClient.Answer<StatResult>> times = new HashMap<>();
        client.askAll(answering, new Stat(Figure.TIME_MS.word())).forEach(answer -> times.put(answer.from(), answer));
        Set<HostPort> areManagers = new HashSet<>(managers);
        PortProbe probe = new PortProbe(client.vertx());
        List<Future<Node>> nodes = new ArrayList<>();
        for (ManagerClient.Answer<StatResult> answer : answers) {
            nodes.add(node(probe, areManagers.contains(answer.from()), answer, times.get(answer.from())));
        }
        client.await(Future.join(nodes), "trying ports");
        return new Examination(status, nodes.stream().map(Future::result).toList());
    }

    private static Future<Node> node(
            PortProbe probe,
            boolean isManager,
            ManagerClient.Answer<StatResult> answer,
            ManagerClient.@Nullable Answer<StatResult> time) {
        ServerFacts facts = facts(answer);
        if (answer.value().isEmpty() || time == null || time.value().isEmpty()) {
            return Future.succeededFuture(
                    new Node(isManager, answer.from(), answer.failure(), facts, 0, 0, List.<Port>of()));
        }
        long doubtMs = (time.cameMs() - time.sentMs() + 1) / 2;
        long skewMs = facts(time).number(Figure.TIME_MS) - (time.sentMs() + doubtMs);
        return probe.ports(answer.from(), facts)
                .map(ports -> new Node(isManager, answer.from(), "", facts, skewMs, doubtMs, ports));
    }

    private static ServerFacts facts(ManagerClient.Answer<StatResult> answer) {
        return ServerFacts.of(
                answer.from(), answer.value().map(StatResult::entries).orElse(List.of()), Optional.empty());
    }
}
