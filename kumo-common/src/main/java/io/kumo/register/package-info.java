/** How managers and servers agree on each version of the table: single-decree Paxos for each. Pure; see DESIGN.md. */
@NullMarked
package io.kumo.register;

import org.jspecify.annotations.NullMarked;
