/** Users of a gateway and their passwords: the file, the hash, the decision. */
@NullMarked
package io.kumo.auth;

import org.jspecify.annotations.NullMarked;
