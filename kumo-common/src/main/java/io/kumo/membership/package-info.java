/** Who is there, as the failure detector sees it: a hint that makes the leader act, never a proof. */
@NullMarked
package io.kumo.membership;

import org.jspecify.annotations.NullMarked;
