/** The storage server: replicas of partitions and the store below them. */
@NullMarked
package io.kumo.server;

import org.jspecify.annotations.NullMarked;
