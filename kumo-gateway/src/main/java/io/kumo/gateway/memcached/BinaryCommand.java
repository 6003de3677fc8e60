package io.kumo.gateway.memcached;

import io.kumo.base.Bytes;

/**
 * One command of memcached's binary protocol, all fields of its frame that mean something.
 *
 * @param opcode of the form that is not quiet
 * @param quiet the usual outcome is not answered
 * @param wireOpcode as it came, for the answer
 * @param opaque as it came, for the answer
 * @param cas expected cas unique, 0 for none
 * @param flags 32 bits unsigned
 * @param exptime 32 bits unsigned
 * @param delta for increment and decrement
 * @param initial for increment and decrement
 */
public record BinaryCommand(
        int opcode,
        boolean quiet,
        int wireOpcode,
        int opaque,
        long cas,
        Bytes key,
        int flags,
        long exptime,
        long delta,
        long initial,
        Bytes value)
        implements Command {
    /** An expiry time of increment and decrement: no record is to be made. */
    public static final long NO_VIVIFY = 0xffffffffL;

    /** Whether clients that did not say yet who they are may send it. */
    public boolean isForAnybody() {
        switch (opcode) {
            case BinaryOpcode.SASL_LIST:
            case BinaryOpcode.SASL_START:
            case BinaryOpcode.SASL_STEP:
            case BinaryOpcode.VERSION:
            case BinaryOpcode.QUIT:
                return true;
            default:
                return false;
        }
    }

    /** Whether the answer to a get has the key. */
    public boolean answersKey() {
        return opcode == BinaryOpcode.GETK || opcode == BinaryOpcode.GATK;
    }

    /** Whether it is a get that touches. */
    public boolean touches() {
        return opcode == BinaryOpcode.GAT || opcode == BinaryOpcode.GATK;
    }
}
