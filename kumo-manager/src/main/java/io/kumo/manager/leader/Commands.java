package io.kumo.manager.leader;

import io.kumo.manager.leader.Command.Answer;
import io.kumo.manager.leader.Command.Attach;
import io.kumo.manager.leader.Command.Detach;
import io.kumo.manager.leader.Command.Pending;
import io.kumo.manager.leader.Command.Replace;
import io.kumo.manager.leader.Command.SetAutoReplace;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Carries out what operators ask for, and what the leader is told to do without being asked. */
final class Commands {
    private final Draft draft;
    private final Observations seen;
    private final LeaderOptions options;

    Commands(Draft draft, Observations seen, LeaderOptions options) {
        this.draft = draft;
        this.seen = seen;
        this.options = options;
    }

    /** A command that can't be carried out; the text is for the operator. */
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        private final String text;

        Refusal(String text) {
            super(text);
            this.text = text;
        }
    }

    Answer carryOut(Pending pending) {
        try {
            return new Answer(pending.id(), true, carryOut(pending.command()));
        } catch (Refusal e) {
            return new Answer(pending.id(), false, e.text);
        }
    }

    private String carryOut(Command command) throws Refusal {
        if (command instanceof Attach attach) {
            return attach(attach);
        }
        if (command instanceof Detach detach) {
            return detach(detach);
        }
        if (command instanceof SetAutoReplace set) {
            draft.setAutoReplace(set.on());
            return "auto-replace is " + (set.on() ? "on" : "off");
        }
        if (command instanceof Replace) {
            return replace();
        }
        throw new Refusal("this manager does not know that command");
    }

    /** Attaches what is new for long enough, if that is switched on. */
    void autoReplace() {
        List<ServerId> fresh = newServers();
        boolean isSettled =
                fresh.stream().allMatch(id -> seen.sight(id).orElseThrow().knownMs() >= options.replaceDelayMs());
        if (draft.autoReplace() && !fresh.isEmpty() && isSettled) {
            fresh.forEach(id -> admit(id, true));
            draft.plan();
            draft.event("replace", moves());
        }
    }

    /** Gives the copies of servers that have been faulty for long to others, where there are enough of them. */
    void replaceLost() {
        boolean changed = false;
        for (ServerInfo info : draft.servers()) {
            boolean isLost = info.state() == ServerState.FAULT
                    && info.placed()
                    && options.replaceAfterMs() > 0
                    && seen.missingMs(info.id()) > options.replaceAfterMs();
            if (isLost && draft.placedCount() > draft.before().replicas()) {
                draft.set(info.withPlaced(false));
                String text = "server " + info.address() + " has been away for long: its copies are made elsewhere"
                        + " (kumoctl replace gives it some again once it is back)";
                draft.event("replaced", info.id(), text);
                changed = true;
            }
        }
        if (changed) {
            draft.plan();
        }
    }

    private String attach(Attach command) throws Refusal {
        List<ServerId> chosen = command.servers().isEmpty() ? newServers() : named(command.servers());
        for (ServerId id : chosen) {
            if (!seen.isThere(id)) {
                throw new Refusal("server " + name(id) + " is not there: start it first");
            }
        }
        if (chosen.isEmpty() && draft.servers().isEmpty()) {
            throw new Refusal("no server has reported to this manager: start kumo-server with -m and this"
                    + " manager's address, then try again");
        }
        chosen.forEach(id -> admit(id, command.replace()));
        String what = chosen.isEmpty() ? "no new server" : "attached " + names(chosen);
        if (!command.replace()) {
            return chosen.isEmpty() ? what : what + ", without copies until kumoctl replace";
        }
        return what + plan();
    }

    private void admit(ServerId id, boolean placed) {
        ServerReport report = seen.sight(id).orElseThrow().report();
        ServerInfo known = draft.server(id);
        if (known == null) {
            draft.set(new ServerInfo(
                    id, report.address(), report.incarnation(), report.zone(), ServerState.ATTACHED, placed));
            draft.addAlive(id);
            draft.event("attached", id, "server " + report.address() + " is attached");
        } else {
            ServerState state = known.state() == ServerState.LEAVING ? ServerState.ATTACHED : known.state();
            draft.set(known.withState(state).withPlaced(placed || known.placed()));
        }
    }

    private String detach(Detach command) throws Refusal {
        List<ServerId> chosen = command.servers().isEmpty() ? faulty() : named(command.servers());
        for (ServerId id : chosen) {
            if (draft.server(id) == null) {
                throw new Refusal("server " + name(id) + " is not attached");
            }
        }
        if (chosen.isEmpty()) {
            return "no server is marked as faulty: name the servers to be detached";
        }
        long left = draft.servers().stream()
                .filter(info -> info.placed() && info.isAlive() && !chosen.contains(info.id()))
                .count();
        if (left == 0) {
            throw new Refusal("no server with copies would be left: attach others first");
        }
        for (ServerId id : chosen) {
            ServerInfo info = draft.server(id);
            if (info != null) {
                draft.set(info.withState(ServerState.LEAVING).withPlaced(false));
                draft.event("leaving", id, "server " + info.address() + " is being detached");
            }
        }
        String what = "detaching " + names(chosen);
        return command.replace() ? what + plan() : what + " once kumoctl replace has found successors";
    }

    private String replace() throws Refusal {
        for (ServerInfo info : draft.servers()) {
            if (info.isAttached() && !info.placed()) {
                draft.set(info.withPlaced(true));
            }
        }
        if (draft.placedCount() == 0) {
            throw new Refusal("no server is attached: use kumoctl attach");
        }
        return "planned anew" + plan();
    }

    private String plan() {
        if (draft.placedCount() == 0) {
            return "";
        }
        draft.plan();
        draft.event("replace", moves());
        return ": " + moves();
    }

    private String moves() {
        long moves = draft.remainingMoves();
        return moves == 0 ? "nothing has to move" : moves + " copies and primaries have to move";
    }

    /** Those that are there and have no part in the table yet. */
    private List<ServerId> newServers() {
        return new TreeSet<>(seen.servers().keySet())
                .stream()
                        .filter(seen::isThere)
                        .filter(id -> {
                            ServerInfo info = draft.server(id);
                            return info == null || (info.isAttached() && !info.placed());
                        })
                        .toList();
    }

    private List<ServerId> faulty() {
        return draft.servers().stream()
                .filter(info -> info.state() == ServerState.FAULT)
                .map(ServerInfo::id)
                .toList();
    }

    /** Servers by id or by address, as the operator wrote it. */
    private List<ServerId> named(List<String> texts) throws Refusal {
        Map<String, ServerId> byName = new TreeMap<>();
        seen.servers()
                .forEach((id, sight) -> byName.put(sight.report().address().toString(), id));
        draft.servers().forEach(info -> byName.put(info.address().toString(), info.id()));
        Stream.concat(seen.servers().keySet().stream(), draft.servers().stream().map(ServerInfo::id))
                .forEach(id -> byName.put(id.toString(), id));
        List<ServerId> ids = new ArrayList<>();
        for (String text : texts) {
            ServerId id = Optional.ofNullable(byName.get(text)).orElse(byName.get(text + ":19800"));
            if (id == null) {
                throw new Refusal("no server is known as '" + text
                        + "': give its HOST:PORT or its id, as kumoctl status" + " shows them");
            }
            if (!ids.contains(id)) {
                ids.add(id);
            }
        }
        return ids;
    }

    private String names(List<ServerId> ids) {
        return (ids.size() == 1 ? "server " : ids.size() + " servers: ")
                + ids.stream().map(this::name).collect(Collectors.joining(", "));
    }

    private String name(ServerId id) {
        ServerInfo info = draft.server(id);
        return info != null
                ? info.address().toString()
                : seen.sight(id)
                        .map(sight -> sight.report().address().toString())
                        .orElse(id.toString());
    }
}
