/** Manuals and completion of the programs, made of the definitions of their options while kumo is built. */
@NullMarked
package io.kumo.manual;

import org.jspecify.annotations.NullMarked;
