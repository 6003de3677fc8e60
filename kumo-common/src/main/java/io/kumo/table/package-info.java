/** The partition table: one immutable value per version. */
@NullMarked
package io.kumo.table;

import org.jspecify.annotations.NullMarked;
