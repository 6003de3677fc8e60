package io.kumo.manager.plan;

import io.kumo.base.Check;
import io.kumo.table.ServerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * Decides which servers are meant to have the copies of each partition: a function of where they are now, the servers
 * and the number of copies. Called by the leader at attach, detach and replace.
 */
public final class PlacementPlanner {
    private PlacementPlanner() {}

    /**
     * The target of each partition, the intended primary first. Copies and primaries are balanced to within one per
     * server; as few copies as possible go where there was none.
     *
     * @param have by partition: servers that have it or are meant to, the primary first; those that are worth most come
     *     first, as only the first {@code replicas} that are among {@code nodes} can stay
     * @param nodes servers that may be given copies; none twice
     * @param replicas copies wanted; as many as there are servers if there are fewer
     */
    public static List<List<ServerId>> plan(List<List<ServerId>> have, List<PlacementNode> nodes, int replicas) {
        Check.argument(replicas >= 1, "%d replicas", replicas);
        List<PlacementNode> sorted = new ArrayList<>(nodes);
        sorted.sort(Comparator.comparing(PlacementNode::id));
        Map<ServerId, Integer> indexes = new HashMap<>();
        for (PlacementNode node : sorted) {
            Check.argument(indexes.put(node.id(), indexes.size()) == null, "server %s twice", node.id());
        }
        if (sorted.isEmpty()) {
            return have.stream().map(row -> List.<ServerId>of()).toList();
        }
        PlacementBoard board = new PlacementBoard(have.size(), Math.min(replicas, sorted.size()), zones(sorted));
        for (int row = 0; row < have.size(); row++) {
            for (ServerId id : new LinkedHashSet<>(have.get(row))) {
                Integer index = indexes.get(id);
                if (index != null && board.hasRoom(row)) {
                    board.keep(row, index);
                }
            }
        }
        board.setQuotas();
        board.fill();
        board.balance();
        board.separateZones();
        int[] primaries = new PrimaryBalancer(board).balance();
        List<List<ServerId>> target = new ArrayList<>(have.size());
        for (int row = 0; row < have.size(); row++) {
            target.add(targetOf(board, row, primaries[row], sorted));
        }
        return target;
    }

    private static List<ServerId> targetOf(PlacementBoard board, int row, int primary, List<PlacementNode> nodes) {
        List<ServerId> ids = new ArrayList<>();
        ids.add(nodes.get(primary).id());
        for (int copy : board.copies(row)) {
            if (copy != primary) {
                ids.add(nodes.get(copy).id());
            }
        }
        return ids;
    }

    /** A number for each server's zone; servers without one have a zone of their own. */
    private static int[] zones(List<PlacementNode> nodes) {
        Map<String, Integer> numbers = new HashMap<>();
        int[] zones = new int[nodes.size()];
        for (int i = 0; i < zones.length; i++) {
            String zone = nodes.get(i).zone();
            String name = zone.isEmpty() ? " " + i : zone;
            zones[i] = numbers.merge(name, numbers.size(), (known, unused) -> known);
        }
        return zones;
    }
}
