package io.kumo.manager.plan;

import io.kumo.table.ServerId;

/**
 * A server that may be given copies.
 *
 * @param zone copies of a partition go to different zones where there are enough; empty zones are all different
 */
public record PlacementNode(ServerId id, String zone) {}
