package io.kumo.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kumo.node.runtime.Meter;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files for Prometheus and Grafana: they name what there is, promtool takes them, and each alarm is explained. */
class MonitoringTest {
    private static final Path RULES = Path.of("src/main/prometheus/kumo.rules.yml");
    private static final Path DASHBOARD = Path.of("src/main/grafana/kumo.json");
    private static final Path PROMTOOL = Path.of("/usr/bin/promtool");
    private static final Pattern METRIC = Pattern.compile("\\bkumo_[a-z_]+");
    private static final Pattern ALARM = Pattern.compile("- alert: (\\w+)");

    @ParameterizedTest
    @ValueSource(strings = {"src/main/prometheus/kumo.rules.yml", "src/main/grafana/kumo.json"})
    void namesOnlyMetricsThatThereAre(String file) throws IOException {
        Set<String> known = new TreeSet<>();
        for (Meter meter : Meter.values()) {
            String name = DocumentsTest.prometheusName(meter);
            known.add(name);
            if (meter.kind() == Meter.Kind.LATENCY) {
                known.addAll(Set.of(name + "_bucket", name + "_sum", name + "_count"));
            }
        }
        Set<String> unknown = found(METRIC, Path.of(file));
        unknown.removeAll(known);
        assertEquals(Set.of(), unknown);
    }

    @Test
    void everyAlarmIsExplained() throws IOException {
        Set<String> unexplained = found(ALARM, RULES);
        String operations = Files.readString(Path.of("../docs/OPERATIONS.md"));
        unexplained.removeIf(alarm -> operations.contains("\n| " + alarm + " |"));
        assertEquals(Set.of(), unexplained, "OPERATIONS.md, Alarms");
    }

    @Test
    void everyAlarmIsTested() throws IOException {
        Set<String> untested = found(ALARM, RULES);
        for (String file : List.of("kumo.rules.test.yml", "kumo.rules.days.test.yml")) {
            untested.removeAll(
                    found(Pattern.compile("alertname: (\\w+)\\s+exp_alerts"), Path.of("src/test/prometheus", file)));
        }
        assertEquals(Set.of(), untested);
    }

    @Test
    void thePanelsOfTheDashboardAreWhole() throws IOException {
        JsonArray panels = new JsonObject(Files.readString(DASHBOARD)).getJsonArray("panels");
        Set<Integer> ids = new TreeSet<>();
        for (int i = 0; i < panels.size(); i++) {
            JsonObject panel = panels.getJsonObject(i);
            assertTrue(ids.add(panel.getInteger("id")), "an id twice");
            JsonObject place = panel.getJsonObject("gridPos");
            assertTrue(place.getInteger("x") + place.getInteger("w") <= 24, panel::encode);
            assertTrue(panel.getString("type").equals("row")
                    || !panel.getJsonArray("targets").isEmpty());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "src/main/prometheus, check rules kumo.rules.yml",
        "src/main/prometheus, check config prometheus.yml",
        "src/test/prometheus, test rules kumo.rules.test.yml",
        "src/test/prometheus, test rules kumo.rules.days.test.yml"
    })
    void promtoolTakesThem(Path directory, String arguments) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(PROMTOOL), "no promtool on this host: the rules are not tested");
        Process process = new ProcessBuilder((PROMTOOL + " " + arguments).split(" "))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(20, TimeUnit.SECONDS), output);
        assertEquals(0, process.exitValue(), output);
    }

    private static Set<String> found(Pattern pattern, Path file) throws IOException {
        Set<String> found = new TreeSet<>();
        Matcher matcher = pattern.matcher(Files.readString(file));
        while (matcher.find()) {
            found.add(matcher.group(matcher.groupCount()));
        }
        return found;
    }
}
