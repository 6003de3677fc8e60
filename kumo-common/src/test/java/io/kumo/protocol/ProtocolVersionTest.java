package io.kumo.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.kumo.protocol.ControlMessages.Hello;
import io.kumo.protocol.ControlMessages.HelloResult;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProtocolVersionTest {
    @ParameterizedTest
    @CsvSource({"1, 1, 1, 1, 1", "1, 1, 1, 2, 1", "1, 3, 2, 2, 2", "2, 5, 1, 4, 4", "3, 4, 4, 9, 4", "1, 1, 0, 1, 1"})
    void theNewestThatBothSpeakCounts(int ownOldest, int ownNewest, int peerOldest, int peerNewest, int common) {
        assertEquals(common, hello(ownOldest, ownNewest).versionWith(hello(peerOldest, peerNewest)));
        assertEquals(common, hello(peerOldest, peerNewest).versionWith(hello(ownOldest, ownNewest)));
    }

    @Test
    void whereThereIsNoneBothRangesAreNamed() {
        KumoException refused =
                assertThrows(KumoException.class, () -> hello(1, 2).versionWith(hello(3, 4)));
        assertEquals(ErrorCode.REFUSED, refused.code());
        assertTrue(refused.getMessage().contains("server s speaks versions 3 to 4 of the protocol"), refused::toString);
        assertTrue(refused.getMessage().contains("this process 1 to 2"), refused::toString);
    }

    @Test
    void whatThePeerChoseMustBeSpokenHere() {
        hello(2, 3).check(new HelloResult(2, "", "server", "s", ""));
        assertThrows(KumoException.class, () -> hello(2, 3).check(new HelloResult(1, "", "server", "s", "")));
    }

    /** Hello as it was before it had the last field. */
    @Test
    void aPeerThatIsTooOldToSayWhatItSpeaksIsUnderstood() {
        ByteBuf bytes = Unpooled.buffer();
        new MessageWriter(bytes)
                .fields(5)
                .put(1L)
                .put("c")
                .put("gateway")
                .put("g")
                .put("build");
        Hello old = Hello.decode(new MessageReader(bytes));
        assertEquals(new Hello(1, "c", "gateway", "g", "build", 0), old);
        assertEquals(1, new Hello("c", "server", "s", "").versionWith(old));
    }

    private static Hello hello(int oldest, int newest) {
        return new Hello(newest, "", "server", "s", "", oldest);
    }
}
