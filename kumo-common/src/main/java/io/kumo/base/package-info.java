/** Building blocks that everything else may use: checks, immutable bytes, addresses. */
@NullMarked
package io.kumo.base;

import org.jspecify.annotations.NullMarked;
