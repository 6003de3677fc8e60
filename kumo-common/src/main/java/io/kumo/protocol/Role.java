package io.kumo.protocol;

import java.util.Locale;
import java.util.Optional;

/** Which kind of process is at an end of a connection: what it may call depends on it, see {@link Callers}. */
public enum Role {
    MANAGER("manager"),
    SERVER("server"),
    GATEWAY("gateway"),
    /** Who uses kumoctl. */
    OPERATOR("kumoctl");

    private final String program;

    Role(String program) {
        this.program = program;
    }

    /** As Hello has it. */
    public String program() {
        return program;
    }

    /** As key files, certificates and documents have it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role of who says that in its Hello. */
    public static Optional<Role> ofProgram(String program) {
        for (Role role : values()) {
            if (role.program.equals(program)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }

    /** The role that is called so. */
    public static Optional<Role> ofWord(String word) {
        for (Role role : values()) {
            if (role.word().equals(word)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }

    /** Whether it holds data or decides: managers and servers trust each other with everything. */
    public boolean isNode() {
        return this == MANAGER || this == SERVER;
    }
}
