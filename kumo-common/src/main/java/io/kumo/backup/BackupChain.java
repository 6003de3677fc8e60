package io.kumo.backup;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Which pieces of a partition, of all that there are, make its newest state. */
public final class BackupChain {
    private BackupChain() {}

    /** A piece and the file that it is in. */
    public record Part(BackupReader file, BackupPiece piece) {}

    /**
     * Oldest first: a whole piece and the changes after it, or changes only, if the pieces before them are not there.
     * Each continues exactly where the one before it ended. Empty if there are none.
     */
    public static List<Part> of(List<Part> all) {
        Comparator<Part> byMoment = Comparator.comparing(part -> part.piece().at());
        Deque<Part> chain = new ArrayDeque<>();
        // Of two that end at the same moment, the one that begins earlier says more.
        Optional<Part> next =
                all.stream().max(byMoment.thenComparing(part -> part.piece().since(), Comparator.reverseOrder()));
        while (next.isPresent()) {
            Part part = next.get();
            chain.addFirst(part);
            BackupPoint since = part.piece().since();
            next = part.piece().isWhole()
                    ? Optional.empty()
                    : all.stream()
                            .filter(other -> other.piece().at().equals(since)
                                    && other.piece().since().compareTo(since) < 0)
                            .min(Comparator.comparing(other -> other.piece().since()));
        }
        return List.copyOf(chain);
    }
}
