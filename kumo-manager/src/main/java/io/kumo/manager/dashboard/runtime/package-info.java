/** The dashboard's page and its data, over HTTP. */
@NullMarked
package io.kumo.manager.dashboard.runtime;

import org.jspecify.annotations.NullMarked;
