/** Runs the register on RPC and on a file. */
@NullMarked
package io.kumo.register.runtime;

import org.jspecify.annotations.NullMarked;
