package io.kumo.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * Breaks the product on purpose, one {@link Variant} at a time, and says which seed was the first to notice: the table
 * in docs/TESTING.md. Not part of a build, as its name does not end in Test; {@code -Dtest=BrokenVariants} runs it,
 * {@code -Dsim.variant=TEXT} only those with that text in their names, {@code -Dsim.skip=N -Dsim.step=N} some of them,
 * {@code -Dsim.seeds=N} as many seeds each.
 */
class BrokenVariants {
    private static final Path ROOT = Path.of(System.getProperty("sim.root", ".."));

    @Test
    void eachIsNoticed() throws Exception {
        String wanted = System.getProperty("sim.variant", "");
        List<String> unnoticed = new ArrayList<>();
        List<String> rows = new ArrayList<>();
        int step = Integer.getInteger("sim.step", 1);
        for (int i = Integer.getInteger("sim.skip", 0); i < Variant.ALL.size(); i += step) {
            Variant variant = Variant.ALL.get(i);
            if (variant.name().contains(wanted)) {
                String noticed = firstFailure(variant);
                if (noticed.startsWith("-")) {
                    unnoticed.add(variant.name());
                }
                rows.add("| " + variant.name() + " | " + noticed + " |");
                System.out.println(rows.get(rows.size() - 1));
            }
        }
        Files.write(Files.createDirectories(Path.of("target")).resolve("broken-variants.md"), rows);
        assertTrue(unnoticed.isEmpty(), () -> "not noticed: " + unnoticed);
    }

    /** Without a build: {@code java -cp ... io.kumo.sim.BrokenVariants}, with the same properties. */
    public static void main(String[] args) throws Exception {
        new BrokenVariants().eachIsNoticed();
    }

    /** Compiles the one file beside all the others, which stay as they are, and runs seeds on that. */
    private static String firstFailure(Variant variant) throws Exception {
        Path scratch = Files.createTempDirectory("kumo-variant");
        try {
            compile(variant, scratch);
            List<URL> path = new ArrayList<>(List.of(scratch.toUri().toURL()));
            for (String each : System.getProperty("java.class.path").split(File.pathSeparator)) {
                path.add(Path.of(each).toUri().toURL());
            }
            ClassLoader platform = ClassLoader.getPlatformClassLoader();
            try (URLClassLoader loader = new URLClassLoader(path.toArray(URL[]::new), platform)) {
                Method method = Class.forName("io.kumo.sim.Seeds", true, loader)
                        .getDeclaredMethod("firstFailure", long.class, long.class);
                method.setAccessible(true);
                return (String) method.invoke(null, Long.getLong("sim.first", 1), Long.getLong("sim.seeds", 500));
            }
        } finally {
            delete(scratch);
        }
    }

    private static void compile(Variant variant, Path scratch) throws IOException {
        Path source = scratch.resolve(Path.of(variant.file()).getFileName().toString());
        Files.writeString(source, variant.source(ROOT));
        List<String> arguments = List.of(
                "-nowarn",
                "-proc:none",
                "-d",
                scratch.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                source.toString());
        int code = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        assertTrue(code == 0, () -> variant.name() + " does not compile");
    }

    private static void delete(Path directory) throws IOException {
        try (var all = Files.walk(directory)) {
            for (Path each : all.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.delete(each);
            }
        }
    }
}
