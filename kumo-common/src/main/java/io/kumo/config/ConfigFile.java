package io.kumo.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Options in a file, one on a line as {@code name = value}; every one is known, and can be used. Immutable. */
public final class ConfigFile {
    /** Enough to mend a file; a file of another kind would have thousands. */
    private static final int MOST_PROBLEMS = 20;

    private final String path;
    private final Map<OptionSpec<?>, List<Given>> settings;

    private ConfigFile(String path, Map<OptionSpec<?>, List<Given>> settings) {
        this.path = path;
        this.settings = Map.copyOf(settings);
    }

    /** No file. */
    static ConfigFile none() {
        return new ConfigFile("", Map.of());
    }

    /**
     * Reads the text of a file.
     *
     * @param path for messages
     * @throws UsageException with a line for each thing that is wrong, the first ones if these are many
     */
    public static ConfigFile of(OptionParser program, String path, String text) {
        return new Reading(program, path).read(text);
    }

    public String path() {
        return path;
    }

    Map<OptionSpec<?>, List<Given>> settings() {
        return settings;
    }

    /** One run through a file. */
    private static final class Reading {
        private final OptionParser program;
        private final String path;
        private final Map<String, OptionSpec<?>> named = new LinkedHashMap<>();
        private final Map<String, Integer> firstLines = new HashMap<>();
        private final Map<OptionSpec<?>, List<Given>> settings = new LinkedHashMap<>();
        private final List<String> problems = new ArrayList<>();
        private int lineNumber;

        Reading(OptionParser program, String path) {
            this.program = program;
            this.path = path;
            program.specs().forEach(spec -> named.put(spec.name(), spec));
        }

        ConfigFile read(String text) {
            for (String line : text.split("\n", -1)) {
                lineNumber++;
                readLine(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
            }
            if (problems.size() > MOST_PROBLEMS) {
                int more = problems.size() - MOST_PROBLEMS;
                problems.subList(MOST_PROBLEMS, problems.size()).clear();
                problems.add(program.program() + ": " + path + ": " + more + " more mistakes");
            }
            if (!problems.isEmpty()) {
                throw new UsageException(String.join("\n", problems));
            }
            return new ConfigFile(path, settings);
        }

        private void readLine(String line) {
            ConfigLine read = ConfigLine.of(line);
            if (read instanceof ConfigLine.Malformed malformed) {
                problem(malformed.problem());
            } else if (read instanceof ConfigLine.Setting setting) {
                OptionSpec<?> spec = named.get(setting.name());
                if (spec == null) {
                    problem("unknown option '" + ConfigLine.shown(setting.name()) + "'" + meant(setting.name()));
                } else {
                    take(spec, setting.value());
                }
            }
        }

        private void take(OptionSpec<?> spec, Optional<String> value) {
            if (spec.isOnlyOnCommandLine()) {
                problem("'" + spec.name() + "' is for the command line only: take the line out");
                return;
            }
            Integer first = firstLines.putIfAbsent(spec.name(), lineNumber);
            if (first != null && !spec.isRepeatable()) {
                problem("'" + spec.name() + "' is in line " + first + " already: take one of them out");
                return;
            }
            if (value.isEmpty() && spec.takesArgument()) {
                problem("'" + spec.name() + "' has no value: write " + spec.name() + " = " + spec.argument());
                return;
            }
            String text = value.orElse(OptionSpec.TRUE);
            try {
                spec.parse(List.of(text));
            } catch (IllegalArgumentException e) {
                problem("'" + spec.name() + "': " + e.getMessage());
                return;
            }
            settings.computeIfAbsent(spec, key -> new ArrayList<>()).add(new Given(text, path + ":" + lineNumber));
        }

        private String meant(String name) {
            for (OptionSpec<?> spec : program.specs()) {
                if (spec.shorts().contains(name.replaceFirst("^-", ""))) {
                    return ": files have long names, here '" + spec.name() + "'";
                }
            }
            List<String> known = program.specs().stream()
                    .filter(spec -> !spec.isOnlyOnCommandLine())
                    .map(OptionSpec::name)
                    .toList();
            return NearMiss.of(name, known)
                    .map(near -> ": did you mean '" + near + "'?")
                    .orElse(": " + program.program() + " --help names all");
        }

        private void problem(String what) {
            problems.add(program.program() + ": " + path + ":" + lineNumber + ": " + what.replace('\n', ' '));
        }
    }
}
