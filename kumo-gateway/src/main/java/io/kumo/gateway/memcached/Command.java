package io.kumo.gateway.memcached;

import io.kumo.auth.Credentials;
import io.kumo.base.Bytes;
import io.kumo.protocol.WriteKind;
import java.util.List;

/**
 * What a client asked for, whatever protocol it came in. Commands with {@code noreply} are carried out and never
 * answered.
 */
public sealed interface Command
        permits Command.Get,
                Command.GetAndTouch,
                Command.Store,
                Command.Delete,
                Command.Count,
                Command.Touch,
                Command.Stats,
                Command.FlushAll,
                Command.Login,
                Command.Version,
                Command.Verbosity,
                Command.Noop,
                Command.Quit,
                MetaCommand,
                BinaryCommand {
    /**
     * get and gets.
     *
     * @param keys in the client's order, repeated if the client did so
     * @param withCas gets: answer the cas unique as well
     */
    record Get(List<Bytes> keys, boolean withCas) implements Command {}

    /**
     * gat and gats.
     *
     * @param keys in the client's order; may be empty
     * @param withCas gats: answer the cas unique as well
     */
    record GetAndTouch(List<Bytes> keys, long exptime, boolean withCas) implements Command {}

    /**
     * set, add, replace, append, prepend and cas.
     *
     * @param flags 32 bits unsigned
     * @param cas expected cas unique, for {@link WriteKind#CAS}
     */
    record Store(WriteKind kind, Bytes key, int flags, long exptime, long cas, Bytes value, boolean noreply)
            implements Command {}

    /** delete. */
    record Delete(Bytes key, boolean noreply) implements Command {}

    /**
     * incr and decr.
     *
     * @param kind {@link WriteKind#INCR} or {@link WriteKind#DECR}
     * @param delta unsigned
     */
    record Count(WriteKind kind, Bytes key, long delta, boolean noreply) implements Command {}

    /** touch. */
    record Touch(Bytes key, long exptime, boolean noreply) implements Command {}

    /**
     * stats.
     *
     * @param topic empty for the general ones
     */
    record Stats(String topic) implements Command {}

    /** flush_all; {@code exptime} says when, not above 0 for at once. */
    record FlushAll(long exptime, boolean noreply) implements Command {}

    /** The first set of a client that must say who it is. */
    record Login(Credentials credentials) implements Command {}

    /** version. */
    record Version() implements Command {
        static final Version VERSION = new Version();
    }

    /** verbosity: accepted, changes nothing. */
    record Verbosity(boolean noreply) implements Command {
        static final Verbosity ANSWERED = new Verbosity(false);
        static final Verbosity SILENT = new Verbosity(true);
    }

    /** mn: answered once everything before it is. */
    record Noop() implements Command {
        static final Noop NOOP = new Noop();
    }

    /** quit: the connection is closed once everything before it is answered. */
    record Quit() implements Command {
        static final Quit QUIT = new Quit();
    }
}
