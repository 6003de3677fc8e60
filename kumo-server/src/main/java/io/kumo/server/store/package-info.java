/** What a server keeps: the forms of log and records on disk, the index of the log, the rules of recovery; all pure. */
@NullMarked
package io.kumo.server.store;

import org.jspecify.annotations.NullMarked;
