package io.kumo.process;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A unit file of systemd: settings by name, each with all that it was set to. */
record UnitFile(Map<String, List<String>> settings) {

    static UnitFile parse(String text) {
        Map<String, List<String>> settings = new LinkedHashMap<>();
        text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#") && !line.startsWith("["))
                .forEach(line -> {
                    int equals = line.indexOf('=');
                    settings.computeIfAbsent(line.substring(0, equals), name -> new ArrayList<>())
                            .add(line.substring(equals + 1));
                });
        return new UnitFile(settings);
    }

    /** What it is set to, once. */
    String value(String name) {
        List<String> values = settings.getOrDefault(name, List.of());
        if (values.size() != 1) {
            throw new AssertionError(name + " is there " + values.size() + " times");
        }
        return values.get(0);
    }

    /** The command line; no words of ours are quoted. */
    List<String> execStart() {
        return List.of(value("ExecStart").split(" "));
    }
}
