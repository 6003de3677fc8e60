package io.kumo.ctl.runtime;

import io.kumo.auth.PasswordHash;
import io.kumo.auth.UsersFile;
import io.kumo.base.Bytes;
import io.kumo.config.OptionParser;
import io.kumo.config.OptionSpec;
import io.kumo.config.ParsedOptions;
import io.kumo.config.UsageException;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code kumoctl passwd FILE USER}: gives a user of gateways a password. It is read from the terminal, or from standard
 * input; never from the command line, which others on the host can see.
 */
final class PasswdCommand {
    private static final OptionSpec<Boolean> DELETE = OptionSpec.flag("delete", "Take the user out of the file.");
    private static final int MAX_LINE_BYTES = 4096;

    static final OptionParser OPTIONS = new OptionParser(
            "kumoctl passwd",
            "FILE USER [OPTION]...",
            "Gives a user of gateways a password, in the file that they read with --auth-file. It is read from the"
                    + " terminal, or from standard input.",
            List.of(DELETE));

    private PasswdCommand() {}

    static int run(List<String> words, PrintStream out) {
        return run(words, System.in, System.console(), out);
    }

    /** @param console null where there is no terminal */
    static int run(List<String> words, InputStream in, @Nullable Console console, PrintStream out) {
        ParsedOptions options = OPTIONS.parse(words);
        if (options.arguments().size() != 2) {
            throw new UsageException("kumoctl passwd: a file and a user are wanted (see kumoctl passwd --help)");
        }
        String file = options.arguments().get(0);
        String user = options.arguments().get(1);
        try (UsersFileEditor editor = UsersFileEditor.open(file)) {
            if (options.value(DELETE)) {
                editor.write(editor.users()
                        .without(user)
                        .orElseThrow(() -> new KumoException(ErrorCode.REFUSED, "no user " + user + " in " + file)));
                out.println("user " + user + " is taken out of " + file);
                return 0;
            }
            UsersFile.checkName(user);
            char[] password = console == null ? readLine(in) : ask(console, user);
            UsersFile.checkPassword(password);
            byte[] salt = new byte[PasswordHash.SALT_BYTES];
            new SecureRandom().nextBytes(salt);
            PasswordHash hash = PasswordHash.of(password, Bytes.wrap(salt), PasswordHash.ITERATIONS);
            Arrays.fill(password, '\0');
            editor.write(editor.users().with(user, hash));
            out.println("user " + user + " of " + file + " has a new password; gateways read it on SIGHUP");
            return 0;
        } catch (IllegalArgumentException e) {
            throw new UsageException("kumoctl passwd: " + e.getMessage());
        }
    }

    private static char[] ask(Console console, String user) {
        char[] first = answer(console.readPassword("New password of %s: ", user));
        char[] again = answer(console.readPassword("The same again: "));
        if (!Arrays.equals(first, again)) {
            throw new UsageException("kumoctl passwd: these were two different passwords; nothing is changed");
        }
        return first;
    }

    private static char[] answer(char @Nullable [] typed) {
        if (typed == null) {
            throw new UsageException("kumoctl passwd: no password was given; nothing is changed");
        }
        return typed;
    }

    /** The first line; what follows is not looked at. */
    private static char[] readLine(InputStream in) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            for (int next = in.read(); next >= 0 && next != '\n' && line.size() < MAX_LINE_BYTES; next = in.read()) {
                line.write(next);
            }
        } catch (IOException e) {
            throw new KumoException(ErrorCode.REFUSED, "cannot read the password: " + e.getMessage(), e);
        }
        String text = line.toString(StandardCharsets.UTF_8);
        return (text.endsWith("\r") ? text.substring(0, text.length() - 1) : text).toCharArray();
    }
}
