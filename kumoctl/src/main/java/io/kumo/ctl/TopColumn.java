package io.kumo.ctl;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** A column of {@code kumotop}: its head, the key that sorts by it, and what is in it. */
@SuppressWarnings("ImmutableEnumChecker") // its functions have no state
public enum TopColumn {
    SERVER("server", 's', -22, TopRow::server, row -> row.server().toString()),
    STATE("state", 't', -8, TopRow::state, TopRow::state),
    OPS("op/s", 'o', 9, TopRow::operations, row -> Long.toString(row.operations())),
    GETS("get/s", 'g', 9, TopRow::gets, row -> Long.toString(row.gets())),
    SETS("set/s", 'w', 9, TopRow::sets, row -> Long.toString(row.sets())),
    DELETES("del/s", 'd', 8, TopRow::deletes, row -> Long.toString(row.deletes())),
    P99("p99", 'p', 9, TopRow::p99Us, row -> micros(row.p99Us())),
    ITEMS("items", 'i', 11, TopRow::items, row -> Long.toString(row.items())),
    BYTES("bytes", 'b', 10, TopRow::bytes, row -> StatusFormatter.bytes(row.bytes())),
    PRIMARIES("prim", 'n', 6, TopRow::primaries, row -> Long.toString(row.primaries())),
    COPIES("copies", 'c', 6, TopRow::copies, row -> Long.toString(row.copies())),
    LAG("lag", 'l', 7, TopRow::lag, row -> Long.toString(row.lag()));

    private final String head;
    private final char key;
    private final int width;

    @SuppressWarnings("ImmutableEnumChecker") // functions without a state
    private final Comparator<TopRow> order;

    @SuppressWarnings("ImmutableEnumChecker")
    private final Function<TopRow, String> cell;

    /** @param width of the cells; below 0 for those that stand at the left */
    <T extends Comparable<? super T>> TopColumn(
            String head, char key, int width, Function<TopRow, T> sortedBy, Function<TopRow, String> cell) {
        this.head = head;
        this.key = key;
        this.width = width;
        Comparator<TopRow> ascending = Comparator.comparing(sortedBy);
        this.order = width < 0 ? ascending : ascending.reversed();
        this.cell = cell;
    }

    private static String micros(long us) {
        if (us == 0) {
            return "-";
        }
        return us < 1_000
                ? us + " us"
                : String.format(Locale.ROOT, us < 1_000_000 ? "%.1f ms" : "%.1f s", us / (us < 1_000_000 ? 1e3 : 1e6));
    }

    public String head() {
        return head;
    }

    /** Names alphabetically, figures with the highest first. */
    public Comparator<TopRow> order() {
        return order;
    }

    String cell(TopRow row) {
        return padded(cell.apply(row));
    }

    String headCell() {
        return padded(head);
    }

    private String padded(String text) {
        return String.format(Locale.ROOT, "%" + width + "s", text);
    }

    /** The column that a key sorts by. */
    public static Optional<TopColumn> ofKey(int key) {
        return Arrays.stream(values()).filter(column -> column.key == key).findFirst();
    }

    /** The column of that head, as on the command line. */
    public static Optional<TopColumn> named(String head) {
        return Arrays.stream(values())
                .filter(column -> column.head.equals(head))
                .findFirst();
    }

    /** What the last line of the screen says. */
    static String keys() {
        StringBuilder out = new StringBuilder("q=quit r=reverse, sort by");
        for (TopColumn column : values()) {
            out.append(' ').append(column.key).append('=').append(column.head);
        }
        return out.toString();
    }
}
