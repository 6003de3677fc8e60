package io.kumo.sim;

import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.WriteResult;
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
        String read = "";
        long cas;
        long number;

        public Op(String client, WriteKind kind, String value, long argument, long calledNs) {
            this.client = client;
            this.kind = kind;
            this.value = value;
            this.argument = argument;
            this.calledNs = calledNs;
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
            cas = kind == WriteKind.DELETE || kind == WriteKind.FLUSH || isTouch ? 0 : casUnique;
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
        }

        private String answer() {
            if (!isKnown()) {
                return isVoid ? "not done" : "?";
            }
            if (kind == null) {
                return found ? "'" + read + "' cas " + cas : "miss";
            }
            return status + " cas " + cas + (number == 0 ? "" : " = " + number)
                    + (read.isEmpty() ? "" : " '" + read + "'");
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%11.6f..%-11s %s %s '%s' %d%s -> %s",
                    calledNs / 1e9,
                    isKnown() ? String.format(Locale.ROOT, "%.6f", returnedNs / 1e9) : "",
                    client,
                    kind == null ? "GET" : kind.name(),
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
