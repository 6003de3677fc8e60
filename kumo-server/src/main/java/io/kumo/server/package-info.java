/** The storage server: replicas of partitions and the store below them. */
package io.kumo.server;
