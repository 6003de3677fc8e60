/** Every message between kumo processes, each defined once, with its MessagePack form. */
@NullMarked
package io.kumo.protocol;

import org.jspecify.annotations.NullMarked;
