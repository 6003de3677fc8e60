package io.kumo.ctl.runtime;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waiting between two looks at the cluster. */
final class Pause {
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private Pause() {}

    /** Returns true after that many milliseconds, false at once if the process is being interrupted. */
    static boolean ms(long milliseconds) {
        try {
            return !NEVER.await(milliseconds, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
