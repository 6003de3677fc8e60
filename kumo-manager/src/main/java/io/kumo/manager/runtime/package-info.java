/** The process: runs the leader on membership, register, RPC and MQTT. */
@NullMarked
package io.kumo.manager.runtime;

import org.jspecify.annotations.NullMarked;
