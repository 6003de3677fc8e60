package io.kumo.register;

import io.kumo.table.ClusterTable;

/** A table that was accepted in a ballot. */
public record Proposal(Ballot ballot, ClusterTable table) {}
