/** Where an operation goes, when it is tried again, and when it is given up. */
@NullMarked
package io.kumo.gateway.route;

import org.jspecify.annotations.NullMarked;
