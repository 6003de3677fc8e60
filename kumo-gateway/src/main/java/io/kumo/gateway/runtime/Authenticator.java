package io.kumo.gateway.runtime;

import io.kumo.auth.Credentials;
import io.kumo.auth.FairQueue;
import io.kumo.auth.UsersFile;
import io.kumo.auth.Verifier;
import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Says whether clients are who they say. Hashing a password takes long on purpose: one thread does it, for one client
 * after the other, hosts in turn, so that guessing slows down the guesser and nobody else. Any loop may ask.
 */
final class Authenticator {
    /** What became of an attempt. */
    enum Outcome {
        ACCEPTED,
        REFUSED,
        /** Too many wait already; nothing was looked at. */
        OVERLOADED
    }

    private record Attempt(Credentials credentials, Consumer<Outcome> then) {}

    private static final int MAX_WAITING = 1024;

    private final String file;
    private final Verifier verifier;
    private final WorkerExecutor worker;
    private final FairQueue<Attempt> waiting = new FairQueue<>(MAX_WAITING);
    private boolean working;

    /**
     * Reads the file; fails with a KumoException whose text says what to do.
     *
     * @param secret random
     */
    Authenticator(Vertx vertx, String file, Bytes secret) {
        this.file = file;
        verifier = new Verifier(read(file), secret);
        worker = vertx.createSharedWorkerExecutor("kumo-auth", 1);
    }

    /** Reads the file, and fails as the constructor does. */
    static void check(String file) {
        read(file);
    }

    private static UsersFile read(String file) {
        try {
            Path path = Path.of(file);
            if (Files.size(path) > UsersFile.MAX_BYTES) {
                throw refused(file, "larger than " + UsersFile.MAX_BYTES + " bytes", null);
            }
            return UsersFile.parse(Files.readString(path));
        } catch (NoSuchFileException e) {
            throw refused(file, "no such file: make it with 'kumoctl passwd'", e);
        } catch (AccessDeniedException e) {
            throw refused(file, "permission denied", e);
        } catch (IOException e) {
            throw refused(file, "cannot be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw refused(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static KumoException refused(String file, String why, @Nullable Throwable cause) {
        String text = "--auth-file " + file + ": " + why;
        return cause == null
                ? new KumoException(ErrorCode.REFUSED, text)
                : new KumoException(ErrorCode.REFUSED, text, cause);
    }

    int userCount() {
        return verifier.userCount();
    }

    /** Reads the file again; waits for the disk. What is wrong with it is thrown, and changes nothing. */
    void reload() {
        verifier.reload(read(file));
    }

    /**
     * Looks whether they are right.
     *
     * @param host where the client is
     * @param then told on the caller's event loop, before or after this returns
     */
    void check(Credentials credentials, String host, GatewayLoop loop, Consumer<Outcome> then) {
        switch (verifier.recall(credentials)) {
            case ACCEPTED -> then.accept(Outcome.ACCEPTED);
            case REFUSED -> then.accept(Outcome.REFUSED);
            case UNKNOWN -> {
                Consumer<Outcome> onLoop = outcome -> loop.run(() -> then.accept(outcome));
                boolean queued;
                synchronized (waiting) {
                    queued = waiting.offer(host, new Attempt(credentials, onLoop));
                }
                if (queued) {
                    next();
                } else {
                    then.accept(Outcome.OVERLOADED);
                }
            }
        }
    }

    private void next() {
        Optional<Attempt> turn;
        synchronized (waiting) {
            if (working) {
                return;
            }
            turn = waiting.poll();
            working = turn.isPresent();
        }
        turn.ifPresent(attempt -> worker.executeBlocking(() -> verifier.verify(attempt.credentials()))
                .onComplete(verdict -> {
                    synchronized (waiting) {
                        working = false;
                    }
                    boolean right = verdict.succeeded() && verdict.result();
                    attempt.then().accept(right ? Outcome.ACCEPTED : Outcome.REFUSED);
                    next();
                }));
    }
}
