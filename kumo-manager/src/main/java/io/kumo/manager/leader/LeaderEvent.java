package io.kumo.manager.leader;

import io.kumo.table.ServerId;
import java.util.Optional;

/**
 * Something that operators want to know; published and logged once the table that carries it is committed.
 *
 * @param kind one word
 */
public record LeaderEvent(String kind, Optional<ServerId> server, String text) {}
