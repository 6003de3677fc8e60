/**
 * The server as a process: options, event loops, connections, background work. The replica and the store are elsewhere.
 */
@NullMarked
package io.kumo.server.runtime;

import org.jspecify.annotations.NullMarked;
