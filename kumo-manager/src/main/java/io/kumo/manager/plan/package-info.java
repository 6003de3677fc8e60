/** Where copies belong, and the next step that brings a row there: pure functions. See DESIGN.md beside. */
@NullMarked
package io.kumo.manager.plan;

import org.jspecify.annotations.NullMarked;
