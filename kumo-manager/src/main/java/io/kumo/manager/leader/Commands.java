package io.kumo.manager.leader;

import io.kumo.manager.leader.Command.Answer;
import io.kumo.manager.leader.Command.Attach;
import io.kumo.manager.leader.Command.Detach;
import io.kumo.manager.leader.Command.Drain;
import io.kumo.manager.leader.Command.ForcePromote;
import io.kumo.manager.leader.Command.Pending;
import io.kumo.manager.leader.Command.Replace;
import io.kumo.manager.leader.Command.SetAutoReplace;
import io.kumo.manager.leader.Command.SetPaused;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.table.ServerId;
import io.kumo.table.ServerInfo;
import io.kumo.table.ServerState;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

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

    Answer carryOut(Pending pending) {
        try {
            return new Answer(pending.id(), true, carryOut(pending.command()));
        } catch (Refusal e) {
            return new Answer(pending.id(), false, e.text());
        }
    }

    String carryOut(Command command) throws Refusal {
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
        if (command instanceof SetPaused pause) {
            return pause(pause.on());
        }
        if (command instanceof Drain drain) {
            return drain(drain);
        }
        if (command instanceof ForcePromote force) {
            return Promotions.force(draft, seen, force.partitions());
        }
        throw new Refusal("this manager does not know that command");
    }

    /** Attaches what is new for long enough, if that is switched on. */
    void autoReplace() {
        List<ServerId> fresh = newServers().stream()
                .filter(id -> !draft.orders().isDetached(id))
                .toList();
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
                        + " ('kumoctl MANAGER replace' gives it some again once it is back)";
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
            return chosen.isEmpty() ? what : what + ", without copies until 'kumoctl MANAGER replace'";
        }
        return what + plan();
    }

    private void admit(ServerId id, boolean placed) {
        ServerReport report = seen.sight(id).orElseThrow().report();
        ServerInfo known = draft.server(id);
        draft.setOrders(draft.orders().without(id));
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
                draft.setOrders(draft.orders().without(id));
                draft.set(info.withState(ServerState.LEAVING).withPlaced(false));
                draft.event("leaving", id, "server " + info.address() + " is being detached");
            }
        }
        String what = "detaching " + names(chosen);
        return command.replace() ? what + plan() : what + " once 'kumoctl MANAGER replace' has found successors";
    }

    private String drain(Drain command) throws Refusal {
        if (command.servers().isEmpty()) {
            throw new Refusal("name the servers to be drained");
        }
        List<ServerId> chosen = named(command.servers());
        for (ServerId id : chosen) {
            ServerInfo info = draft.server(id);
            if (info == null) {
                throw new Refusal("server " + name(id) + " is not attached");
            }
            if (info.state() == ServerState.LEAVING) {
                throw new Refusal("server " + name(id) + " is being detached");
            }
        }
        boolean isOneLeft = draft.servers().stream()
                .anyMatch(info -> info.placed() && draft.isAlive(info.id()) && !chosen.contains(info.id()));
        if (!isOneLeft) {
            throw new Refusal("no live server would be left to take over: attach others first");
        }
        for (ServerId id : chosen) {
            ServerInfo info = draft.server(id);
            if (info != null) {
                draft.set(info.withPlaced(false));
                draft.setOrders(draft.orders().withDrained(id));
                draft.event("draining", id, "server " + info.address() + " is being drained");
            }
        }
        String kept = draft.placedCount() < draft.before().replicas()
                ? "; copies stay, as there are fewer other servers than "
                        + draft.before().replicas() + " copies need"
                : "";
        return "draining " + names(chosen) + plan() + kept;
    }

    private String pause(boolean on) {
        draft.setOrders(draft.orders().withPaused(on));
        if (on) {
            return "rebalancing is paused: copies that are under way are finished, missing copies are still made";
        }
        return "rebalancing goes on: " + moves();
    }

    private String replace() throws Refusal {
        for (ServerInfo info : draft.servers()) {
            if (info.isAttached() && !info.placed() && !draft.orders().isDrained(info.id())) {
                draft.set(info.withPlaced(true));
            }
        }
        if (draft.placedCount() == 0) {
            throw new Refusal("no server is attached: use 'kumoctl MANAGER attach'");
        }
        return "planned anew" + plan();
    }

    private String plan() {
        if (draft.placedCount() == 0) {
            return "";
        }
        draft.plan();
        draft.event("replace", moves());
        return ": " + moves() + (draft.orders().paused() ? ", once 'kumoctl MANAGER resume-rebalance' is given" : "");
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
                            return info == null
                                    || (info.isAttached()
                                            && !info.placed()
                                            && !draft.orders().isDrained(id));
                        })
                        .toList();
    }

    private List<ServerId> faulty() {
        return draft.servers().stream()
                .filter(info -> info.state() == ServerState.FAULT)
                .map(ServerInfo::id)
                .toList();
    }

    private List<ServerId> named(List<String> texts) throws Refusal {
        return new ServerNames(draft.servers(), seen).ids(texts);
    }

    private String names(List<ServerId> ids) {
        return (ids.size() == 1 ? "server " : ids.size() + " servers: ")
                + ids.stream().map(this::name).collect(Collectors.joining(", "));
    }

    private String name(ServerId id) {
        return new ServerNames(draft.servers(), seen).name(id);
    }
}
