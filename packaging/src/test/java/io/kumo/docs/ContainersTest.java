package io.kumo.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.config.OptionParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The files for containers, as far as they can be checked without any: the programs take the command lines in them. */
class ContainersTest {
    private static final Path COMPOSE = Path.of("container/compose.yaml");
    private static final Pattern COMMAND = Pattern.compile("command: (kumo-\\w+) (.*)");

    @Test
    void theProgramsTakeTheCommandLines() throws IOException {
        Map<String, Integer> processes = new TreeMap<>();
        Matcher matcher = COMMAND.matcher(Files.readString(COMPOSE));
        while (matcher.find()) {
            String program = matcher.group(1);
            OptionParser parser = DocumentsTest.daemons().stream()
                    .filter(daemon -> daemon.program().equals(program))
                    .findFirst()
                    .orElseThrow();
            parser.parse(List.of(matcher.group(2).split(" "))); // an option that there is not is an exception
            processes.merge(program, 1, Integer::sum);
        }
        assertEquals(Map.of("kumo-manager", 2, "kumo-server", 3, "kumo-gateway", 1), processes);
    }

    @Test
    void theImageHasTheArchiveThatTheBuildMakes() throws IOException {
        String image = Files.readString(Path.of("container/Containerfile"));
        assertTrue(image.contains("ADD kumo-*.tar.gz /opt/kumo/"), image);
        assertTrue(image.contains("PATH=/opt/kumo/bin:"), image);
        String assembly = Files.readString(Path.of("src/main/assembly/kumo.xml"));
        assertTrue(assembly.contains("<includeBaseDirectory>false<"), "bin is not at the archive's top");
        assertTrue(assembly.contains("<format>tar.gz<"), "there is no archive");
    }
}
