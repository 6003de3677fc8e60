/** Membership on JGroups. */
@NullMarked
package io.kumo.membership.runtime;

import org.jspecify.annotations.NullMarked;
