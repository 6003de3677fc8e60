package io.kumo.manager.plan;

import io.kumo.base.Check;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.IntPredicate;

/**
 * Chooses a primary among the copies of each row so that servers have the same number of them, to within one, and few
 * change. Copies are balanced already, so such a choice exists (DESIGN.md), and while the present one is not it, there
 * is a chain of servers from one with too many to one with too few along which each hands one primary on.
 */
final class PrimaryBalancer {
    private final PlacementBoard board;
    private final int[][] copies;
    private final int[] primaries;
    private final int[] counts;
    /** Rows whose primary is the first server and that have a copy on the second. */
    private final int[][] handovers;

    PrimaryBalancer(PlacementBoard board) {
        this.board = board;
        this.copies = new int[board.rowCount()][];
        this.primaries = new int[board.rowCount()];
        this.counts = new int[board.serverCount()];
        this.handovers = new int[board.serverCount()][board.serverCount()];
    }

    /** The primary of each row. */
    int[] balance() {
        for (int row = 0; row < copies.length; row++) {
            copies[row] = board.copies(row);
            setPrimary(row, firstChoice(row), 1);
        }
        int low = copies.length / counts.length;
        int high = low + (copies.length % counts.length > 0 ? 1 : 0);
        for (int server = 0; server < counts.length; server++) {
            while (counts[server] > high) {
                handOn(path(server, to -> counts[to] < high, false));
            }
        }
        for (int server = 0; server < counts.length; server++) {
            while (counts[server] < low) {
                handOn(path(server, from -> counts[from] > low, true));
            }
        }
        return primaries;
    }

    /** A copy that was there already, the present primary if it stays; among new ones that with the fewest. */
    private int firstChoice(int row) {
        int first = copies[row][0];
        if (!board.isFresh(row, first)) {
            return first;
        }
        int best = first;
        for (int copy : copies[row]) {
            best = counts[copy] < counts[best] ? copy : best;
        }
        return best;
    }

    private void setPrimary(int row, int primary, int change) {
        primaries[row] = primary;
        counts[primary] += change;
        for (int copy : copies[row]) {
            handovers[primary][copy] += copy == primary ? 0 : change;
        }
    }

    /** Servers from the first to one that fits, each with a primary that the next one can take. */
    private int[] path(int start, IntPredicate fits, boolean backwards) {
        int[] before = new int[counts.length];
        Arrays.fill(before, -1);
        before[start] = start;
        Deque<Integer> open = new ArrayDeque<>();
        open.add(start);
        while (!open.isEmpty()) {
            int server = open.remove();
            if (server != start && fits.test(server)) {
                return unwind(before, start, server, backwards);
            }
            for (int next = 0; next < counts.length; next++) {
                int possible = backwards ? handovers[next][server] : handovers[server][next];
                if (before[next] < 0 && possible > 0) {
                    before[next] = server;
                    open.add(next);
                }
            }
        }
        throw new IllegalStateException("invariant broken: primaries can't be balanced");
    }

    private static int[] unwind(int[] before, int start, int end, boolean backwards) {
        int length = 1;
        for (int server = end; server != start; server = before[server]) {
            length++;
        }
        int[] path = new int[length];
        int server = end;
        for (int i = 0; i < length; i++) {
            path[backwards ? i : length - 1 - i] = server;
            server = before[server];
        }
        return path;
    }

    private void handOn(int[] path) {
        for (int i = 0; i + 1 < path.length; i++) {
            int row = rowToHandOn(path[i], path[i + 1]);
            setPrimary(row, path[i], -1);
            setPrimary(row, path[i + 1], 1);
        }
    }

    /** Best one where the giver's own copy is new, or the taker's is not: then no present primary is given up. */
    private int rowToHandOn(int from, int to) {
        int best = -1;
        int bestCost = Integer.MAX_VALUE;
        for (int row = 0; row < copies.length; row++) {
            if (primaries[row] != from || !contains(copies[row], to)) {
                continue;
            }
            int cost = (board.isFresh(row, from) ? 0 : 2) + (board.isFresh(row, to) ? 1 : 0);
            if (cost < bestCost) {
                best = row;
                bestCost = cost;
            }
        }
        Check.invariant(best >= 0, "no primary to hand on from %d to %d", from, to);
        return best;
    }

    private static boolean contains(int[] copies, int server) {
        for (int copy : copies) {
            if (copy == server) {
                return true;
            }
        }
        return false;
    }
}
