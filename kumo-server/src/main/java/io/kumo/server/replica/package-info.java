/** The data path: one partition on one server as a single-threaded state machine. No socket, thread, file or clock. */
@NullMarked
package io.kumo.server.replica;

import org.jspecify.annotations.NullMarked;
