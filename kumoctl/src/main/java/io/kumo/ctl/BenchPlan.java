package io.kumo.ctl;

import io.kumo.base.HostPort;

/**
 * What a benchmark does.
 *
 * @param target where memcached's text protocol is spoken
 * @param connectionCount 1 to 10,000
 * @param depth requests outstanding on each connection, 1 to 1,000
 * @param readShare of the operations that are gets, 0 to 1
 * @param zipf skew of the keys, 0 for uniform
 * @param load whether every key is written once before the measurement
 */
public record BenchPlan(
        HostPort target,
        int connectionCount,
        int depth,
        int valueBytes,
        int keyCount,
        double readShare,
        double zipf,
        int seconds,
        int warmupSeconds,
        boolean load) {}
