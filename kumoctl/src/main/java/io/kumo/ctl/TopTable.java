package io.kumo.ctl;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The table that {@code kumotop} shows, as lines. */
public final class TopTable {
    /** Left out where the screen is narrow. */
    private static final Set<TopColumn> WIDE_ONLY =
            EnumSet.of(TopColumn.GETS, TopColumn.SETS, TopColumn.DELETES, TopColumn.BYTES, TopColumn.COPIES);

    /** As on the screen: where nothing is left out. */
    public static final int WIDE = 140;

    private TopTable() {}

    /** The head, then a line for each server; no longer than {@code width}. */
    public static List<String> lines(List<TopRow> rows, TopColumn sort, boolean isReversed, int width) {
        List<TopColumn> columns = EnumSet.allOf(TopColumn.class).stream()
                .filter(column -> width >= WIDE || !WIDE_ONLY.contains(column))
                .toList();
        Comparator<TopRow> order = isReversed ? sort.order().reversed() : sort.order();
        List<TopRow> sorted =
                rows.stream().sorted(order.thenComparing(TopRow::server)).toList();
        List<String> lines = new ArrayList<>();
        lines.add(cut(columns.stream().map(TopColumn::headCell).collect(Collectors.joining(" ")), width));
        for (TopRow row : sorted) {
            lines.add(cut(columns.stream().map(column -> column.cell(row)).collect(Collectors.joining(" ")), width));
        }
        return lines;
    }

    private static String cut(String line, int width) {
        return line.length() > width ? line.substring(0, width) : line;
    }

    /** Which keys there are. */
    public static String keys(int width) {
        return cut(TopColumn.keys(), width);
    }

    /** One line: what all servers did together. */
    public static String summary(List<TopRow> rows) {
        long operations = rows.stream().mapToLong(TopRow::operations).sum();
        long p99 = rows.stream().mapToLong(TopRow::p99Us).max().orElse(0);
        return rows.size() + " servers  " + operations + " op/s  p99 of the slowest " + p99 + " us";
    }

    /** One line of JSON for one look at all servers. */
    public static String json(List<TopRow> rows, long timeMs) {
        return JsonText.line(out -> {
            out.writeStartObject();
            out.writeNumberField("timeMs", timeMs);
            out.writeArrayFieldStart("servers");
            for (TopRow row : rows) {
                out.writeStartObject();
                out.writeStringField("server", row.server().toString());
                out.writeStringField("state", row.state());
                out.writeNumberField("opsPerSec", row.operations());
                out.writeNumberField("getsPerSec", row.gets());
                out.writeNumberField("setsPerSec", row.sets());
                out.writeNumberField("deletesPerSec", row.deletes());
                out.writeNumberField("p99Us", row.p99Us());
                out.writeNumberField("items", row.items());
                out.writeNumberField("bytes", row.bytes());
                out.writeNumberField("primaries", row.primaries());
                out.writeNumberField("copies", row.copies());
                out.writeNumberField("lag", row.lag());
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeEndObject();
        });
    }
}
