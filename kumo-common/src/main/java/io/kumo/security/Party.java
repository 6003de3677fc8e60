package io.kumo.security;

import io.kumo.base.Check;
import io.kumo.protocol.Role;

/**
 * Who is at an end of a connection.
 *
 * @param name as in its Hello
 */
public record Party(Role role, String name) {
    private static final int LONGEST_NAME = 300;

    public Party {
        Check.argument(name.length() <= LONGEST_NAME, "a name of %d characters", name.length());
    }

    @Override
    public String toString() {
        return role.word() + " " + name;
    }
}
