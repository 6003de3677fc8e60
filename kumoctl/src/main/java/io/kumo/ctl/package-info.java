/** The operator's command: what it prints and what it measures, as functions of what it is given. */
@NullMarked
package io.kumo.ctl;

import org.jspecify.annotations.NullMarked;
