package io.kumo.gateway.runtime;

/**
 * What clients may take.
 *
 * @param maxConnections further clients are refused
 * @param clientBytes memory that one client's commands may take before no more is read from it
 * @param totalBytes the same for all clients together
 * @param idleMs a client that sends no command for so long is disconnected; 0 for never
 * @param stallMs the same for one that stops in the middle of a command, or does not read; 0 for never
 */
public record ClientLimits(int maxConnections, long clientBytes, long totalBytes, long idleMs, long stallMs) {}
