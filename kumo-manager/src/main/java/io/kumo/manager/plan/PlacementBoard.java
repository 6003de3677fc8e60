package io.kumo.manager.plan;

import io.kumo.base.Check;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.stream.IntStream;

/**
 * The copies of all partitions while they are being planned; servers are numbers here. Filled with what is to be kept,
 * then completed, balanced, and sorted out by zone. Used by one call of {@link PlacementPlanner}.
 */
final class PlacementBoard {
    private final int rowCount;
    private final int copyCount;
    private final int serverCount;
    private final int[] zones;
    private final int[][] rows;
    private final boolean[][] fresh;
    private final int[] filled;
    private final int[] loads;
    private final int[] quotas;
    /** How many rows two servers share: the fewer, the more servers help when one of them has to be copied anew. */
    private final int[][] together;

    PlacementBoard(int rowCount, int copyCount, int[] zones) {
        this.rowCount = rowCount;
        this.copyCount = copyCount;
        this.serverCount = zones.length;
        this.zones = zones;
        this.rows = new int[rowCount][copyCount];
        this.fresh = new boolean[rowCount][copyCount];
        this.filled = new int[rowCount];
        this.loads = new int[serverCount];
        this.quotas = new int[serverCount];
        this.together = new int[serverCount][serverCount];
    }

    int rowCount() {
        return rowCount;
    }

    int serverCount() {
        return serverCount;
    }

    /** The servers of a row, kept ones first. */
    int[] copies(int row) {
        return Arrays.copyOf(rows[row], filled[row]);
    }

    boolean isFresh(int row, int server) {
        return fresh[row][slotOf(row, server)];
    }

    boolean hasRoom(int row) {
        return filled[row] < copyCount;
    }

    void keep(int row, int server) {
        put(row, server, false);
    }

    /**
     * Gives each server its number of copies. One more than the others goes to those that have the most now: no other
     * choice leaves less to be moved.
     */
    void setQuotas() {
        int total = rowCount * copyCount;
        int[] order = IntStream.range(0, serverCount)
                .boxed()
                .sorted(Comparator.<Integer>comparingInt(server -> -loads[server])
                        .thenComparing(server -> server))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int i = 0; i < serverCount; i++) {
            quotas[order[i]] = total / serverCount + (i < total % serverCount ? 1 : 0);
        }
    }

    /** Gives each row the copies that it lacks. */
    void fill() {
        for (int row = 0; row < rowCount; row++) {
            while (hasRoom(row)) {
                int server = bestNewcomer(row);
                if (loads[server] >= quotas[server]) {
                    makeRoom(row);
                    server = bestNewcomer(row);
                }
                put(row, server, true);
            }
        }
    }

    /**
     * All servers with room are in this row already: hands new copies of other rows on, from server to server, until
     * one that this row can take has room. Does nothing where there is no such chain; then balancing moves old copies.
     */
    private void makeRoom(int row) {
        int[] giver = new int[serverCount];
        int[] rowGiven = new int[serverCount];
        Arrays.fill(giver, -1);
        Deque<Integer> open = new ArrayDeque<>();
        for (int server = 0; server < serverCount; server++) {
            if (slotOf(row, server) < 0) {
                giver[server] = server;
                open.add(server);
            }
        }
        while (!open.isEmpty()) {
            int from = open.remove();
            for (int other = 0; other < rowCount; other++) {
                int slot = slotOf(other, from);
                if (slot < 0 || !fresh[other][slot]) {
                    continue;
                }
                for (int to = 0; to < serverCount; to++) {
                    if (giver[to] >= 0 || slotOf(other, to) >= 0) {
                        continue;
                    }
                    giver[to] = from;
                    rowGiven[to] = other;
                    if (loads[to] < quotas[to]) {
                        handDown(to, giver, rowGiven);
                        return;
                    }
                    open.add(to);
                }
            }
        }
    }

    private void handDown(int last, int[] giver, int[] rowGiven) {
        int to = last;
        while (giver[to] != to) {
            move(rowGiven[to], giver[to], to);
            to = giver[to];
        }
    }

    private int bestNewcomer(int row) {
        int best = -1;
        long bestCost = Long.MAX_VALUE;
        for (int server = 0; server < serverCount; server++) {
            if (slotOf(row, server) >= 0) {
                continue;
            }
            long room = Math.max(-1, quotas[server] - loads[server]);
            long cost = (room > 0 ? 0 : 1L << 60)
                    + ((long) zoneTwins(row, server, -1) << 52)
                    - (room << 32)
                    + shared(row, server, -1);
            if (cost < bestCost) {
                best = server;
                bestCost = cost;
            }
        }
        Check.invariant(best >= 0, "row %d: no server left", row);
        return best;
    }

    /** Moves copies from servers with too many to servers with too few. */
    void balance() {
        int bound = rowCount * copyCount;
        for (int moves = 0; ; moves++) {
            int from = 0;
            int to = 0;
            for (int server = 1; server < serverCount; server++) {
                from = excess(server) > excess(from) ? server : from;
                to = excess(server) < excess(to) ? server : to;
            }
            if (excess(from) <= 0) {
                return;
            }
            Check.invariant(moves < bound, "balancing does not end");
            move(cheapestRow(from, to), from, to);
        }
    }

    private int excess(int server) {
        return loads[server] - quotas[server];
    }

    /** There is one: {@code from} has more copies than {@code to}, so it has one of a row that {@code to} is not in. */
    private int cheapestRow(int from, int to) {
        int best = -1;
        long bestCost = Long.MAX_VALUE;
        for (int row = 0; row < rowCount; row++) {
            int slot = slotOf(row, from);
            if (slot < 0 || slotOf(row, to) >= 0) {
                continue;
            }
            long twins = zoneTwins(row, to, from) - (long) zoneTwins(row, from, from);
            long cost = (fresh[row][slot] ? 0 : 1L << 60)
                    + ((twins + copyCount) << 40)
                    + (slot == 0 ? 1L << 32 : 0) // rather not the primary
                    + shared(row, to, from);
            if (cost < bestCost) {
                best = row;
                bestCost = cost;
            }
        }
        Check.invariant(best >= 0, "no row to move from %d to %d", from, to);
        return best;
    }

    /** Exchanges copies between rows where that brings copies of a row into different zones. */
    void separateZones() {
        for (int row = 0; row < rowCount; row++) {
            for (int slot = 0; slot < copyCount; slot++) {
                if (zoneTwins(row, rows[row][slot], rows[row][slot]) > 0) {
                    exchange(row, slot);
                }
            }
        }
    }

    private void exchange(int row, int slot) {
        int leaving = rows[row][slot];
        int bestRow = -1;
        int bestComing = -1;
        int bestCost = Integer.MAX_VALUE;
        for (int other = 0; other < rowCount; other++) {
            if (other == row || slotOf(other, leaving) >= 0) {
                continue;
            }
            for (int otherSlot = 0; otherSlot < copyCount; otherSlot++) {
                int coming = rows[other][otherSlot];
                if (slotOf(row, coming) >= 0) {
                    continue;
                }
                int gain = zoneTwins(row, leaving, leaving)
                        - zoneTwins(row, coming, leaving)
                        + zoneTwins(other, coming, coming)
                        - zoneTwins(other, leaving, coming);
                int cost = (fresh[row][slot] ? 0 : 1) + (fresh[other][otherSlot] ? 0 : 1) - 4 * gain;
                if (gain > 0 && cost < bestCost) {
                    bestRow = other;
                    bestComing = coming;
                    bestCost = cost;
                }
            }
        }
        if (bestRow >= 0) {
            move(row, leaving, bestComing);
            move(bestRow, bestComing, leaving);
        }
    }

    /** Copies of the row, other than {@code without}, in the zone of that server. */
    private int zoneTwins(int row, int server, int without) {
        int twins = 0;
        for (int slot = 0; slot < filled[row]; slot++) {
            int copy = rows[row][slot];
            twins += copy != without && copy != server && zones[copy] == zones[server] ? 1 : 0;
        }
        return twins;
    }

    private int shared(int row, int server, int without) {
        int sum = 0;
        for (int slot = 0; slot < filled[row]; slot++) {
            int copy = rows[row][slot];
            sum += copy == without ? 0 : together[server][copy];
        }
        return sum;
    }

    private void put(int row, int server, boolean isFresh) {
        rows[row][filled[row]] = server;
        fresh[row][filled[row]] = isFresh;
        filled[row]++;
        loads[server]++;
        countTogether(row, server, 1);
    }

    private void move(int row, int from, int to) {
        int slot = slotOf(row, from);
        countTogether(row, from, -1);
        for (int i = slot; i < filled[row] - 1; i++) { // kept ones stay in front, in their order
            rows[row][i] = rows[row][i + 1];
            fresh[row][i] = fresh[row][i + 1];
        }
        filled[row]--;
        loads[from]--;
        put(row, to, true);
    }

    private void countTogether(int row, int server, int change) {
        for (int slot = 0; slot < filled[row]; slot++) {
            int copy = rows[row][slot];
            if (copy != server) {
                together[server][copy] += change;
                together[copy][server] += change;
            }
        }
    }

    private int slotOf(int row, int server) {
        for (int slot = 0; slot < filled[row]; slot++) {
            if (rows[row][slot] == server) {
                return slot;
            }
        }
        return -1;
    }
}
