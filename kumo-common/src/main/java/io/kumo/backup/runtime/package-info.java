/** Backups as files. */
@NullMarked
package io.kumo.backup.runtime;

import org.jspecify.annotations.NullMarked;
