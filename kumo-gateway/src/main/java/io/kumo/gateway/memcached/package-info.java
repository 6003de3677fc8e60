/** memcached's protocols: bytes to commands, results to bytes. No connection, no state. */
@NullMarked
package io.kumo.gateway.memcached;

import org.jspecify.annotations.NullMarked;
