/** Steps of making packages for which there is no plugin; used by the build, not installed. */
@NullMarked
package io.kumo.packages.runtime;

import org.jspecify.annotations.NullMarked;
