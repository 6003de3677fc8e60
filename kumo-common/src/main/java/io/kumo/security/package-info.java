/** Who may talk to whom: keys of a cluster, the handshake that proves them, the count of those who were refused. */
@NullMarked
package io.kumo.security;

import org.jspecify.annotations.NullMarked;
