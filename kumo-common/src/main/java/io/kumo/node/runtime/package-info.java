/** What every daemon has: start, stop, signals, logs, metrics, health. */
@NullMarked
package io.kumo.node.runtime;

import org.jspecify.annotations.NullMarked;
