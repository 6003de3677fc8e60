/** The gateway's process: memcached's clients on one side, RPC to the servers on the other. */
@NullMarked
package io.kumo.gateway.runtime;

import org.jspecify.annotations.NullMarked;
