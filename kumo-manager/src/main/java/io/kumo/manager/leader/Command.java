package io.kumo.manager.leader;

import java.util.List;

/** What an operator asks for; kumofs's words. */
public sealed interface Command {
    /**
     * New servers take part.
     *
     * @param replace they get copies as well
     * @param servers ids or addresses; empty for all that are new
     */
    record Attach(boolean replace, List<String> servers) implements Command {}

    /**
     * Servers leave once their copies have successors.
     *
     * @param replace successors are planned now
     * @param servers ids or addresses; empty for all that are marked as faulty
     */
    record Detach(boolean replace, List<String> servers) implements Command {}

    /** Plans anew where copies belong. */
    record Replace() implements Command {}

    /** Whether new servers are attached without a command. */
    record SetAutoReplace(boolean on) implements Command {}

    /** Whether partitions stay where they are. */
    record SetPaused(boolean on) implements Command {}

    /**
     * Servers give up their primaries, then their copies, and stay in the table.
     *
     * @param servers ids or addresses
     */
    record Drain(List<String> servers) implements Command {}

    /**
     * Partitions without a copy in sync go on with what is left of them.
     *
     * @param partitions empty for all that are down
     */
    record ForcePromote(List<Integer> partitions) implements Command {}

    /**
     * A command that waits for the leader.
     *
     * @param id chosen by the caller, to find its answer
     */
    record Pending(long id, Command command) {}

    /**
     * What became of a command.
     *
     * @param isAccepted whether it does what was asked, with the table of the same decision if there is one
     * @param text for the operator
     */
    record Answer(long id, boolean isAccepted, String text) {}
}
