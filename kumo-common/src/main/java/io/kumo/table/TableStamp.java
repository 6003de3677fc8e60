package io.kumo.table;

/** Which table it is: the cluster, and the version. */
public record TableStamp(String clusterId, long version) {}
