/** What the leader decides: the next table, from the committed one and from what is seen. See DESIGN.md beside. */
@NullMarked
package io.kumo.manager.leader;

import org.jspecify.annotations.NullMarked;
