package io.kumo.ctl;

import io.kumo.base.Check;
import java.util.SplittableRandom;

/**
 * Chooses keys of a benchmark: all alike, or by Zipf's law with the hot ones scattered over the key space. Zipf after
 * Gray et al., "Quickly Generating Billion-Record Synthetic Databases", SIGMOD 1994, as YCSB does. Not thread-safe.
 */
public final class KeyChooser {
    private final int keyCount;
    private final double theta;
    private final SplittableRandom random;
    private final double zetaN;
    private final double alpha;
    private final double eta;

    /** @param theta 0 for uniform, else the skew, below 1 (YCSB: 0.99) */
    public KeyChooser(int keyCount, double theta, long seed) {
        Check.argument(keyCount > 0, "a benchmark needs at least one key");
        Check.argument(theta >= 0 && theta < 1, "the skew of --zipf must be at least 0 and below 1");
        this.keyCount = keyCount;
        this.theta = theta;
        this.random = new SplittableRandom(seed);
        double sum = 0;
        for (int i = 1; theta > 0 && i <= keyCount; i++) {
            sum += 1 / Math.pow(i, theta);
        }
        zetaN = sum;
        alpha = 1 / (1 - theta);
        double zeta2 = 1 + Math.pow(0.5, theta);
        eta = (1 - Math.pow(2.0 / keyCount, 1 - theta)) / (1 - zeta2 / zetaN);
    }

    /** A key number from 0 to the count of keys less one. */
    public int next() {
        if (theta == 0) {
            return random.nextInt(keyCount);
        }
        double u = random.nextDouble();
        double uz = u * zetaN;
        long rank;
        if (uz < 1) {
            rank = 0;
        } else if (uz < 1 + Math.pow(0.5, theta)) {
            rank = 1;
        } else {
            rank = (long) (keyCount * Math.pow(eta * u - eta + 1, alpha));
        }
        return (int) Long.remainderUnsigned(BenchValues.mix(rank), keyCount);
    }

    /** Whether the next operation is a read, with that probability. */
    public boolean isRead(double share) {
        return random.nextDouble() < share;
    }
}
