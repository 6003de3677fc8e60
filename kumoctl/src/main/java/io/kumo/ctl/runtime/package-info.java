/** kumoctl as a process: its commands, its connection to managers, its benchmark. */
@NullMarked
package io.kumo.ctl.runtime;

import org.jspecify.annotations.NullMarked;
