/** The gateway: memcached protocols in, RPC to the servers out. */
package io.kumo.gateway;
