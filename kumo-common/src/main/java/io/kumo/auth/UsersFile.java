package io.kumo.auth;

import io.kumo.base.Bytes;
import io.kumo.base.Check;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The text of a users file: a line {@code USER:HASH} for each user, empty lines, and comments that begin with
 * {@code #}. Immutable; lines keep their order.
 */
public final class UsersFile {
    /** Larger files are refused, bytes. */
    public static final int MAX_BYTES = 4 << 20;

    public static final UsersFile EMPTY = new UsersFile(List.of(), Map.of());

    private static final int MAX_USERS = 10_000;

    private final List<String> lines;
    private final Map<Bytes, PasswordHash> users;

    private UsersFile(List<String> lines, Map<Bytes, PasswordHash> users) {
        this.lines = List.copyOf(lines);
        this.users = Map.copyOf(users);
    }

    /** Reads a file's text; {@link IllegalArgumentException} with line and reason, and never with what is secret. */
    public static UsersFile parse(String text) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        Map<Bytes, PasswordHash> users = new HashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int at = i + 1;
            int colon = line.indexOf(':');
            Check.argument(colon > 0, "line %d is not USER:HASH", at);
            Bytes user = user(line.substring(0, colon), "line " + at + ": ");
            Check.argument(!users.containsKey(user), "line %d: user %s is there twice", at, user);
            try {
                users.put(user, PasswordHash.parse(line.substring(colon + 1)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + at + ": " + e.getMessage(), e);
            }
        }
        Check.argument(users.size() <= MAX_USERS, "more than %d users", MAX_USERS);
        return new UsersFile(lines, users);
    }

    private static Bytes user(String name, String where) {
        Bytes user = Bytes.utf8(name);
        boolean printable = name.chars().allMatch(c -> c > ' ' && c != ':' && c != 0x7f);
        Check.argument(
                printable && !name.isEmpty() && !name.startsWith("#") && user.length() <= Credentials.MAX_USER_BYTES,
                "%sa user's name has 1 to %d bytes, no blank, no colon, and no # at its begin",
                where,
                Credentials.MAX_USER_BYTES);
        return user;
    }

    /** Whether a password can be given to a user; {@link IllegalArgumentException} with the reason if not. */
    public static void checkPassword(char[] password) {
        int bytes = Bytes.utf8(new String(password)).length();
        Check.argument(
                bytes > 0 && bytes <= Credentials.MAX_PASSWORD_BYTES,
                "a password has 1 to %d bytes",
                Credentials.MAX_PASSWORD_BYTES);
        for (char c : password) {
            Check.argument(
                    c > ' ' && c != 0x7f,
                    "a password may not have blanks or control characters: the text protocol could not send it");
        }
    }

    /** Whether a user can be named so; {@link IllegalArgumentException} with the reason if not. */
    public static void checkName(String user) {
        user(user, "");
    }

    public int userCount() {
        return users.size();
    }

    public Optional<PasswordHash> hashOf(Bytes user) {
        return Optional.ofNullable(users.get(user));
    }

    /** A hash that takes as long as the slowest of the users', and that no password has. */
    PasswordHash hashOfNobody() {
        int iterations =
                users.values().stream().mapToInt(PasswordHash::iterations).max().orElse(PasswordHash.ITERATIONS);
        Bytes nothing = Bytes.wrap(new byte[PasswordHash.HASH_BYTES]);
        return new PasswordHash(iterations, nothing, nothing);
    }

    /** With another password for that user, or with a new user at its end. */
    public UsersFile with(String user, PasswordHash hash) {
        user(user, "");
        List<String> changed = new ArrayList<>(lines);
        int at = indexOf(user);
        String line = user + ":" + hash.text();
        if (at < 0) {
            changed.add(line);
        } else {
            changed.set(at, line);
        }
        return parse(String.join("\n", changed));
    }

    /** Without that user; empty if there is no such user. */
    public Optional<UsersFile> without(String user) {
        int at = indexOf(user);
        if (at < 0) {
            return Optional.empty();
        }
        List<String> changed = new ArrayList<>(lines);
        changed.remove(at);
        return Optional.of(parse(String.join("\n", changed)));
    }

    private int indexOf(String user) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).strip().startsWith(user + ":")) {
                return i;
            }
        }
        return -1;
    }

    /** What belongs into the file. */
    public String text() {
        StringBuilder out = new StringBuilder(128 * lines.size());
        for (String line : lines) {
            out.append(line).append('\n');
        }
        return out.toString();
    }
}
