package io.kumo.process;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.process.FaultyMemcached.Fault;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The check of recorded histories notices each promise that is broken, and only those. */
class RecordedLoadTest {
    private static final int OPERATIONS = 1_500;

    @TempDir
    Path directory;

    @Test
    void allIsWellWithAMemcachedThatKeepsItsPromises() {
        try (FaultyMemcached memcached = new FaultyMemcached(Fault.NONE);
                RecordedLoad load = load(memcached)) {
            load.awaitProgress(OPERATIONS);
            load.stopAndCheck();
            assertTrue(load.operations() > OPERATIONS);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void aBrokenPromiseIsNoticed(Fault fault) {
        try (FaultyMemcached memcached = new FaultyMemcached(fault);
                RecordedLoad load = load(memcached)) {
            load.awaitProgress(OPERATIONS);
            AssertionError error = assertThrows(AssertionError.class, load::stopAndCheck);
            assertTrue(error.getMessage().matches("(?s)(lost|back again|counted|no order).*"), error::getMessage);
        }
    }

    private RecordedLoad load(FaultyMemcached memcached) {
        RecordedLoad.Gateway gateway = new RecordedLoad.Gateway("127.0.0.1", memcached.port());
        return RecordedLoad.start(List.of(gateway), 6, directory);
    }
}
