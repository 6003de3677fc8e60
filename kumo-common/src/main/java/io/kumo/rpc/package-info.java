/** The pure parts of MessagePack-RPC: frames in a stream of bytes, and the table of calls that wait for an answer. */
@NullMarked
package io.kumo.rpc;

import org.jspecify.annotations.NullMarked;
