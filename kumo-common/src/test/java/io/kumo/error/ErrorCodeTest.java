package io.kumo.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;

class ErrorCodeTest {
    @Test
    void everyCodeIsFoundByItsNumberAndHasAText() {
        for (ErrorCode code : ErrorCode.values()) {
            assertEquals(code, ErrorCode.of(code.number()));
            assertFalse(code.text().isEmpty());
        }
    }

    @Test
    void aNumberOfANewerVersionIsAnInternalError() {
        assertEquals(ErrorCode.INTERNAL, ErrorCode.of(9999));
        assertEquals(ErrorCode.INTERNAL, ErrorCode.of(0));
        assertEquals(ErrorCode.INTERNAL, ErrorCode.of(-1));
    }
}
