/** The manager: membership, the partition table and its changes. */
@NullMarked
package io.kumo.manager;

import org.jspecify.annotations.NullMarked;
