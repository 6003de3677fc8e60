package io.kumo.gateway.memcached;

/** Numbers of memcached's binary protocol: commands, and outcomes. */
public final class BinaryOpcode {
    public static final int GET = 0x00;
    public static final int SET = 0x01;
    public static final int ADD = 0x02;
    public static final int REPLACE = 0x03;
    public static final int DELETE = 0x04;
    public static final int INCREMENT = 0x05;
    public static final int DECREMENT = 0x06;
    public static final int QUIT = 0x07;
    public static final int FLUSH = 0x08;
    static final int GETQ = 0x09;
    public static final int NOOP = 0x0a;
    public static final int VERSION = 0x0b;
    public static final int GETK = 0x0c;
    static final int GETKQ = 0x0d;
    public static final int APPEND = 0x0e;
    public static final int PREPEND = 0x0f;
    public static final int STAT = 0x10;
    static final int SETQ = 0x11;
    static final int PREPENDQ = 0x1a;
    public static final int VERBOSITY = 0x1b;
    public static final int TOUCH = 0x1c;
    public static final int GAT = 0x1d;
    static final int GATQ = 0x1e;
    public static final int SASL_LIST = 0x20;
    public static final int SASL_START = 0x21;
    public static final int SASL_STEP = 0x22;
    public static final int GATK = 0x23;
    static final int GATKQ = 0x24;

    public static final int OK = 0x00;
    public static final int NOT_FOUND = 0x01;
    public static final int EXISTS = 0x02;
    public static final int TOO_LARGE = 0x03;
    public static final int INVALID = 0x04;
    public static final int NOT_STORED = 0x05;
    public static final int NOT_A_NUMBER = 0x06;
    public static final int AUTH_ERROR = 0x20;
    public static final int AUTH_CONTINUE = 0x21;
    public static final int UNKNOWN_COMMAND = 0x81;
    public static final int TEMPORARY_FAILURE = 0x86;

    /** Quiet set to quiet prepend, in the order of their numbers, by what they do. */
    private static final int[] QUIET = {SET, ADD, REPLACE, DELETE, INCREMENT, DECREMENT, QUIT, FLUSH, APPEND, PREPEND};

    private BinaryOpcode() {}

    /** The opcode of the form that is not quiet. */
    static int loud(int opcode) {
        if (opcode >= SETQ && opcode <= PREPENDQ) {
            return QUIET[opcode - SETQ];
        }
        switch (opcode) {
            case GETQ:
                return GET;
            case GETKQ:
                return GETK;
            case GATQ:
                return GAT;
            case GATKQ:
                return GATK;
            default:
                return opcode;
        }
    }

    /** What memcached says of an outcome. */
    static String text(int status) {
        switch (status) {
            case NOT_FOUND:
                return "Not found";
            case EXISTS:
                return "Data exists for key.";
            case TOO_LARGE:
                return "Too large.";
            case INVALID:
                return "Invalid arguments";
            case NOT_STORED:
                return "Not stored.";
            case NOT_A_NUMBER:
                return "Non-numeric server-side value for incr or decr";
            case AUTH_ERROR:
                return "Auth failure.";
            case UNKNOWN_COMMAND:
                return "Unknown command";
            default:
                return "";
        }
    }
}
