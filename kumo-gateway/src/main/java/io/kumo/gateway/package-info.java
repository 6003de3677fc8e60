/** The gateway: memcached protocols in, RPC to the servers out. */
@NullMarked
package io.kumo.gateway;

import org.jspecify.annotations.NullMarked;
