package io.kumo.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A Java of this host that the programs can run on. All tests of processes use the one of {@code -Dkumo.java=HOME}, if
 * it is given, else that of this host's PATH or JAVA_HOME.
 *
 * @param feature its version: 17, 21, ...
 */
record InstalledJava(int feature, Path home) {
    private static final String CHOSEN = System.getProperty("kumo.java", "");
    private static final Path USUAL_PLACE = Path.of("/usr/lib/jvm");
    private static final int OLDEST = 17;

    /** Lets a process run on the Java that was chosen for all. */
    static void chosen(ProcessBuilder builder) {
        if (!CHOSEN.isEmpty()) {
            builder.environment().put("JAVA_HOME", CHOSEN);
        }
    }

    /** One of each version from 17 on that is not the one that tests run on. */
    static List<InstalledJava> others() throws IOException {
        Map<Integer, InstalledJava> found = new TreeMap<>();
        if (Files.isDirectory(USUAL_PLACE)) {
            try (Stream<Path> homes = Files.list(USUAL_PLACE)) {
                for (Path home : homes.sorted().toList()) {
                    int feature = feature(home);
                    if (feature >= OLDEST && feature != Runtime.version().feature()) {
                        found.putIfAbsent(feature, new InstalledJava(feature, home));
                    }
                }
            }
        }
        return List.copyOf(found.values());
    }

    /** 0 if there is no Java. */
    private static int feature(Path home) throws IOException {
        Path release = home.resolve("release");
        if (!Files.isExecutable(home.resolve("bin/java")) || !Files.exists(release)) {
            return 0;
        }
        return Files.readString(release)
                .lines()
                .filter(line -> line.startsWith("JAVA_VERSION="))
                .map(line -> line.replaceAll("^JAVA_VERSION=\"(\\d+).*$", "$1"))
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElse(0);
    }

    /** What a command is called with to run on it. */
    List<String> prefix() {
        return List.of("env", "JAVA_HOME=" + home);
    }
}
