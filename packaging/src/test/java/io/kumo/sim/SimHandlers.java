package io.kumo.sim;

import io.kumo.error.ErrorCode;
import io.kumo.protocol.Call;
import io.kumo.protocol.Message;

/** What a listening process does with its connections; all in that process. */
interface SimHandlers {
    /** Who is calling, as its Hello says: a ServerId, or any other name. */
    void onCall(Object peer, SimConnection connection, Call<?> call, SimReply reply);

    /** The newest table version that the process knows; goes with every error. */
    long tableVersion();

    default void onClosed(Object peer, SimConnection connection) {}

    /** The way back of one call. */
    interface SimReply {
        void ok(Message result);

        void fail(ErrorCode code);
    }
}
