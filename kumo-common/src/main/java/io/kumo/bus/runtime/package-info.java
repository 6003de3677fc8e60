/** Keeps the newest table that this process knows, and subscribes to it at every manager. */
@NullMarked
package io.kumo.bus.runtime;

import org.jspecify.annotations.NullMarked;
