/** What every daemon has, as far as it only computes: rules of the log. */
@NullMarked
package io.kumo.node;

import org.jspecify.annotations.NullMarked;
