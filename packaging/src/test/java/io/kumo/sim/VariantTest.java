package io.kumo.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link BrokenVariants} breaks is still there: it is not part of a build, and would not notice. */
class VariantTest {
    private static final Path ROOT = Path.of(System.getProperty("sim.root", ".."));

    static List<Variant> all() {
        return Variant.ALL;
    }

    @ParameterizedTest
    @MethodSource("all")
    void fitsTheSource(Variant variant) throws IOException {
        assertNotEquals(Files.readString(ROOT.resolve(variant.file())), variant.source(ROOT));
    }

    @Test
    void namesDiffer() {
        assertEquals(
                Variant.ALL.size(),
                Variant.ALL.stream().map(Variant::name).distinct().count());
    }
}
