/** What an MQTT broker has to know of topics, without sockets. */
@NullMarked
package io.kumo.manager.mqtt;

import org.jspecify.annotations.NullMarked;
