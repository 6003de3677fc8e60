/** Backups as bytes: files of entries, what belongs together, which entry wins. docs/BACKUP.md has the format. Pure. */
@NullMarked
package io.kumo.backup;

import org.jspecify.annotations.NullMarked;
