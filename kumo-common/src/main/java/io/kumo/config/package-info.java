/** Options of the programs: each is defined once, read, checked and documented from that definition. */
@NullMarked
package io.kumo.config;

import org.jspecify.annotations.NullMarked;
