/** What can go wrong, and what a caller may conclude from it. */
@NullMarked
package io.kumo.error;

import org.jspecify.annotations.NullMarked;
