/** Key files, certificates and the rule of what may listen where. */
@NullMarked
package io.kumo.security.runtime;

import org.jspecify.annotations.NullMarked;
