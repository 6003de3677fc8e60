package io.kumo.ctl;

/**
 * One thing that {@code kumoctl doctor} found.
 *
 * @param check which of its checks
 * @param where the process that it is about; empty for the cluster
 * @param advice what to do; empty where all is well
 */
public record Finding(Severity severity, Check check, String where, String text, String advice) {
    /** How bad it is. */
    public enum Severity {
        OK,
        /** Nothing is lost or refused yet. */
        WARNING,
        /** Something does not work, or the next failure will hurt. */
        PROBLEM
    }

    /** What is looked at, in this order. */
    public enum Check {
        MANAGERS("managers"),
        SERVERS("servers"),
        PARTITIONS("partitions"),
        DAMAGE("damage"),
        TABLE("table"),
        CLOCKS("clocks"),
        VERSIONS("versions"),
        PORTS("ports"),
        DISK("disk"),
        MEMORY("memory");

        private final String word;

        Check(String word) {
            this.word = word;
        }

        /** Its name in what is printed; never changed. */
        public String word() {
            return word;
        }
    }
}
