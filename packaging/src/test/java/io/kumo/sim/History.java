package io.kumo.sim;

import io.kumo.gateway.memcached.MetaCommand;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What clients asked for and were told, key by key: in the simulation, and of real processes. */
public final class History {
    /** One operation; a get has no kind. */
    public static final class Op {
        final String client;
        final WriteKind kind;
        final String value;
        final long argument;
        final long calledNs;
        long returnedNs = Long.MAX_VALUE;
        /** It certainly was not carried out. */
        boolean isVoid;
        /** No answer came, but the servers' logs tell that it was carried out. */
        boolean isInferred;
        /** Its id in the gateway; 0 for a get. */
        long session;

        long counter;

        /** Seconds that a record which it writes lives; 0: for ever, below 0: not at all. */
        long exptimeSec;

        /** Operations of the same client that come before it, whatever the times say. */
        final List<Op> after = new ArrayList<>();

        boolean found;
        WriteStatus status;
        /** The command, of a meta one; null for others. */
        final MetaCommand meta;
        /** What a meta get was told beside the value; marks of {@code LogEntry}. */
        int marks;

        boolean isTimed;
        String read = "";
        long cas;
        long number;

        public Op(String client, WriteKind kind, String value, long argument, long calledNs) {
            this(client, kind, value, argument, calledNs, null);
        }

        private Op(String client, WriteKind kind, String value, long argument, long calledNs, MetaCommand meta) {
            this.client = client;
            this.kind = kind;
            this.value = value;
            this.argument = argument;
            this.calledNs = calledNs;
            this.meta = meta;
        }

        /** A meta command. */
        static Op of(String client, MetaCommand meta, long calledNs) {
            return new Op(client, meta.kind(), meta.value().toUtf8(), 0, calledNs, meta);
        }

        /** Whether it most likely leaves the record as it is: others of a pipeline may run beside it. */
        boolean isMostlyRead() {
            return kind == null || (meta != null && meta.isMostlyRead());
        }

        public long calledNs() {
            return calledNs;
        }

        /** Of a get. */
        public boolean isFound() {
            return found;
        }

        /** The value that a get found. */
        public String read() {
            return read;
        }

        public long cas() {
            return cas;
        }

        /** Whether an answer came. */
        public boolean isKnown() {
            return returnedNs != Long.MAX_VALUE;
        }

        /** It certainly was not carried out. */
        public void never() {
            isVoid = true;
        }

        /** It was carried out as that entry, which nobody heard of. */
        void infer(long casUnique) {
            isInferred = true;
            returnedNs = Long.MAX_VALUE - 1;
            status = WriteStatus.DONE;
            boolean isTouch = kind == WriteKind.TOUCH || kind == WriteKind.GET_AND_TOUCH;
            boolean isOpen = kind == WriteKind.DELETE || kind == WriteKind.FLUSH || isTouch || meta != null;
            cas = isOpen ? 0 : casUnique;
        }

        public void got(GetResult result, long nowNs) {
            returnedNs = nowNs;
            found = result.found();
            read = result.value().toUtf8();
            cas = result.cas();
        }

        public void wrote(WriteResult result, long nowNs) {
            returnedNs = nowNs;
            status = result.status();
            read = result.value().toUtf8();
            cas = result.cas();
            number = result.number();
            marks = result.details().marks();
            isTimed = result.details().ttlSec() != -1;
        }

        private String answer() {
            if (!isKnown()) {
                return isVoid ? "not done" : "?";
            }
            if (kind == null) {
                return found ? "'" + read + "' cas " + cas : "miss";
            }
            return status + marksText() + " cas " + cas + (number == 0 ? "" : " = " + number)
                    + (read.isEmpty() ? "" : " '" + read + "'");
        }

        private String marksText() {
            return ((marks & LogEntry.WON) != 0 ? " W" : (marks & LogEntry.TOKEN_SENT) != 0 ? " Z" : "")
                    + ((marks & LogEntry.STALE) != 0 ? " X" : "");
        }

        String asked() {
            return meta == null
                    ? (kind == null ? "GET" : kind.name())
                    : "m" + meta.name() + " (" + kind + ") " + meta.flags().toUtf8();
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%11.6f..%-11s %s %s '%s' %d%s -> %s",
                    calledNs / 1e9,
                    isKnown() ? String.format(Locale.ROOT, "%.6f", returnedNs / 1e9) : "",
                    client,
                    asked(),
                    value,
                    argument,
                    exptimeSec == 0 ? "" : " for " + exptimeSec + " s",
                    answer());
        }
    }

    private final Map<String, List<Op>> byKey = new TreeMap<>();

    public void add(String key, Op op) {
        byKey.computeIfAbsent(key, none -> new ArrayList<>()).add(op);
    }

    public Map<String, List<Op>> byKey() {
        return byKey;
    }
}
