/** What the dashboard shows beside the table: the load of the last minutes, and the latest events. Pure. */
@NullMarked
package io.kumo.manager.dashboard;

import org.jspecify.annotations.NullMarked;
