/** Ports to time: the caller brings it, the core never asks. */
@NullMarked
package io.kumo.time;

import org.jspecify.annotations.NullMarked;
