package io.kumo.gateway.runtime;

import io.kumo.base.Check;

/**
 * Of the cache of values beside the clients.
 *
 * @param bytes that it may take; 0 for none
 * @param ttlMs how long it answers without asking whether a value is still the newest; 0 for never
 */
public record NearCacheOptions(long bytes, long ttlMs) {
    static final NearCacheOptions NONE = new NearCacheOptions(0, 0);

    public NearCacheOptions {
        Check.argument(bytes > 0 || ttlMs == 0, "--near-cache-ttl needs --near-cache");
    }
}
