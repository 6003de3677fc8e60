package io.kumo.gateway.runtime;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.gateway.memcached.MetaCommand;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.RecordDetails;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteStatus;
import io.kumo.rpc.runtime.ResultHandler;
import org.jspecify.annotations.Nullable;

/** A meta get on its way: a read, that goes on as a write if what it found asks for one. */
final class MetaFlight extends WriteFlight {
    private final MetaCommand command;
    private final ResultHandler<GetResult> probe = new Found();
    /** What the read found, if a write followed: that one finds a record that was read just now. */
    private @Nullable RecordDetails seen;

    MetaFlight(Pending owner, Bytes storedKey, MetaCommand command) {
        super(owner, WriteKind.META_GET, storedKey, MetaPending.fields(command), MetaPending.probe(command));
        this.command = command;
    }

    @Override
    void sendTo(ServerLink server, int partition) {
        if (asks()) {
            dispatcher().read(this, server, partition, probe);
        } else {
            super.sendTo(server, partition);
        }
    }

    @Override
    void endWith(WriteResult answer) {
        RecordDetails first = seen;
        if (first == null || answer.status() == WriteStatus.NOT_FOUND) {
            super.endWith(answer);
            return;
        }
        RecordDetails last = answer.details();
        int marks = (last.marks() & ~RecordDetails.HIT_BEFORE) | (first.marks() & RecordDetails.HIT_BEFORE);
        RecordDetails details = new RecordDetails(marks, first.idleSec(), last.ttlSec(), last.ttlBeforeSec());
        super.endWith(new WriteResult(
                answer.status(), answer.flags(), answer.cas(), answer.number(), answer.value(), details));
    }

    private void onFound(GetResult found) {
        if (!asks() || hasEnded()) {
            return; // another try was answered before
        }
        if (command.needsWrite(found) && !owner().session().admission().isReadOnly()) {
            seen = found.found() ? found.details() : null;
            dispatcher().goOn(this);
        } else {
            WriteStatus status = found.found() ? WriteStatus.UNCHANGED : WriteStatus.NOT_FOUND;
            endWith(new WriteResult(status, found.flags(), found.cas(), 0, found.value(), found.details()));
        }
    }

    /** Takes the answers of reads. */
    private final class Found implements ResultHandler<GetResult> {
        @Override
        public void onResult(GetResult found) {
            onFound(found);
        }

        @Override
        public void onError(ErrorCode code, String text) {
            onError(code, text, 0);
        }

        @Override
        public void onError(ErrorCode code, String text, long tableVersion) {
            if (asks()) {
                MetaFlight.this.onError(code, text, tableVersion);
            }
        }
    }
}
