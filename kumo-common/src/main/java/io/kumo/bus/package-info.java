/** What is published over MQTT: the names of the topics and their payloads. */
@NullMarked
package io.kumo.bus;

import org.jspecify.annotations.NullMarked;
