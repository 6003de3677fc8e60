/** Collects the programs and writes what is made of them. */
@NullMarked
package io.kumo.manual.runtime;

import org.jspecify.annotations.NullMarked;
