package io.kumo.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Finds what was probably meant by a word that is not known. */
public final class NearMiss {
    private static final int LONGEST_WORD = 64;
    private static final int SHORTEST_PREFIX = 3;
    private static final int MOST_EDITS = 3;

    private NearMiss() {}

    /** The known word that is like this one; nothing if none is, or if several could be meant. */
    public static Optional<String> of(String word, Collection<String> known) {
        String plain = word.toLowerCase(Locale.ROOT).replace('_', '-').replaceFirst("^-+", "");
        if (plain.isEmpty() || plain.length() > LONGEST_WORD) {
            return Optional.empty();
        }
        int edits = Math.max(1, Math.min(MOST_EDITS, plain.length() / 3));
        Optional<String> nearest = known.stream()
                .filter(each -> distance(plain, each) <= edits)
                .min(Comparator.comparingInt(each -> distance(plain, each)));
        if (nearest.isPresent() || plain.length() < SHORTEST_PREFIX) {
            return nearest;
        }
        List<String> longer =
                known.stream().filter(each -> each.startsWith(plain)).toList();
        return longer.size() == 1 ? Optional.of(longer.get(0)) : Optional.empty();
    }

    /** A text for the end of a message: {@code : did you mean 'WORD'?}, or nothing. */
    public static String question(String word, Collection<String> known, String prefix) {
        return of(word, known)
                .map(meant -> ": did you mean " + prefix + meant + "?")
                .orElse("");
    }

    /** How many letters have to be put in, taken out, changed, or swapped with the next one. */
    static int distance(String one, String other) {
        int[] beforeLast = new int[other.length() + 1];
        int[] last = new int[other.length() + 1];
        int[] row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                boolean same = one.charAt(i - 1) == other.charAt(j - 1);
                row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + (same ? 0 : 1));
                boolean swapped = i > 1
                        && j > 1
                        && one.charAt(i - 1) == other.charAt(j - 2)
                        && one.charAt(i - 2) == other.charAt(j - 1);
                if (swapped) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            int[] free = beforeLast;
            beforeLast = last;
            last = row;
            row = free;
        }
        return last[other.length()];
    }
}
