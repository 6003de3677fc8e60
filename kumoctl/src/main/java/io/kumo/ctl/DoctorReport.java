package io.kumo.ctl;

import io.kumo.ctl.Finding.Severity;
import java.util.List;
import java.util.Locale;

/** What {@code kumoctl doctor} prints. */
public final class DoctorReport {
    private DoctorReport() {}

    /** Whether there is nothing to do. */
    public static boolean isWell(List<Finding> findings) {
        return findings.stream().allMatch(finding -> finding.severity() == Severity.OK);
    }

    /** A line for each finding, and one below it that says what to do. */
    public static String text(List<Finding> findings) {
        StringBuilder out = new StringBuilder();
        for (Finding finding : findings) {
            String mark = finding.severity() == Severity.OK
                    ? "ok"
                    : finding.severity().name();
            String where = finding.where().isEmpty() ? "" : finding.where() + ": ";
            out.append(String.format(
                    Locale.ROOT, "%-8s %-11s %s%s%n", mark, finding.check().word(), where, finding.text()));
            if (!finding.advice().isEmpty()) {
                out.append(" ".repeat(21))
                        .append("-> ")
                        .append(finding.advice())
                        .append('\n');
            }
        }
        long warnings = count(findings, Severity.WARNING);
        long problems = count(findings, Severity.PROBLEM);
        out.append(
                isWell(findings)
                        ? "nothing to do\n"
                        : problems
                                + (problems == 1 ? " problem, " : " problems, ")
                                + warnings
                                + (warnings == 1 ? " warning\n" : " warnings\n"));
        return out.toString();
    }

    private static long count(List<Finding> findings, Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .count();
    }

    public static String json(List<Finding> findings) {
        return JsonText.pretty(out -> {
            out.writeStartObject();
            out.writeBooleanField("ok", isWell(findings));
            out.writeNumberField("problems", count(findings, Severity.PROBLEM));
            out.writeNumberField("warnings", count(findings, Severity.WARNING));
            out.writeArrayFieldStart("findings");
            for (Finding finding : findings) {
                out.writeStartObject();
                out.writeStringField("severity", finding.severity().name().toLowerCase(Locale.ROOT));
                out.writeStringField("check", finding.check().word());
                out.writeStringField("where", finding.where());
                out.writeStringField("text", finding.text());
                out.writeStringField("advice", finding.advice());
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeEndObject();
        });
    }
}
