package io.kumo.server.replica;

import static io.kumo.server.replica.FakeWorld.SEC;
import static io.kumo.server.replica.FakeWorld.THREE;
import static io.kumo.server.replica.FakeWorld.TWO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.kumo.protocol.Message;
import io.kumo.protocol.VerifyMessages.Distrust;
import io.kumo.protocol.VerifyMessages.Mend;
import io.kumo.protocol.VerifyMessages.MendResult;
import io.kumo.server.replica.FakeWorld.Result;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerifierTest {
    private static final long MINUTE = 60 * SEC;

    /** The monotonic clock's zero is anywhere. */
    @ParameterizedTest
    @ValueSource(longs = {-1_000_000 * SEC, 1_000_000 * SEC})
    void aCopyThatIsToBeMendedIsToldThatItIsNotTrusted(long startNs) {
        FakeWorld world = new FakeWorld(startNs).serving(TWO, THREE);
        Result<Message> answer = new Result<>();
        world.replica.onOperator(new Mend(0, List.of(TWO.toString()), false), answer);
        assertNotNull(answer.ok);
        assertEquals(1, ((MendResult) answer.ok).copies());
        world.nowNs += MINUTE;
        world.replica.onTick();
        assertEquals(1, world.sent(TWO, Distrust.class).size());
        assertEquals(0, world.sent(THREE, Distrust.class).size());
    }
}
