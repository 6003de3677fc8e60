/** MessagePack-RPC over TCP: connections, servers, clients. */
@NullMarked
package io.kumo.rpc.runtime;

import org.jspecify.annotations.NullMarked;
