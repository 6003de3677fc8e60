package io.kumo.server.replica;

import io.kumo.base.Bytes;
import io.kumo.error.ErrorCode;
import io.kumo.protocol.BackupMessages.ReadRecords;
import io.kumo.protocol.LogEntry;
import io.kumo.protocol.Message;
import io.kumo.protocol.VerifyMessages.CompareRanges;
import io.kumo.protocol.VerifyMessages.Compared;
import io.kumo.protocol.VerifyMessages.Distrust;
import io.kumo.protocol.VerifyMessages.Mend;
import io.kumo.protocol.VerifyMessages.MendResult;
import io.kumo.protocol.VerifyMessages.Verify;
import io.kumo.table.ServerId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a replica does for operators: comparisons between copies, as the primary that compares and as a copy that is
 * compared, and reading records page by page.
 */
final class Verifier {
    /** Pages that are read at a time. */
    private static final int MOST_PAGES = 4;

    private final Replica replica;
    private final ReplicaContext context;
    private @Nullable Verification verification;
    private @Nullable Comparison comparison;
    private final List<RecordPage> pages = new ArrayList<>();

    Verifier(Replica replica, ReplicaContext context) {
        this.replica = replica;
        this.context = context;
    }

    /** Verify, Mend or ReadRecords. */
    void onOperator(@Nullable PrimaryRole primary, Message call, Answer<Message> answer) {
        if (primary == null || !primary.isActive()) {
            answer.fail(ErrorCode.NOT_PRIMARY);
        } else if (call instanceof Mend mend) {
            answer.ok(
                    new MendResult(mend.asks() ? mending(primary.links()) : distrust(primary.links(), mend.copies())));
        } else if (call instanceof ReadRecords read && pages.size() < MOST_PAGES) {
            pages.add(new RecordPage(context, replica.data(), read, answer));
            onProgress(primary);
        } else if (verification != null || call instanceof ReadRecords) {
            answer.fail(ErrorCode.OVERLOADED);
        } else if (call instanceof Verify verify) {
            verification = new Verification(context, replica.data(), primary, verify, answer);
            onProgress(primary);
        }
    }

    /** These copies, or all if none is named, are to be mended; returns how many that are. */
    private static int distrust(List<CopyLink> links, List<String> copies) {
        int count = 0;
        for (CopyLink link : links) {
            if (link.inSync && (copies.isEmpty() || copies.contains(link.id.toString()))) {
                link.isDistrusted = true;
                count++;
            }
        }
        return count;
    }

    /** Copies that are to be mended, or are joining. */
    private static int mending(List<CopyLink> links) {
        return (int)
                links.stream().filter(link -> link.isDistrusted || !link.inSync).count();
    }

    /** CompareRanges or Distrust from the primary, Compared from a copy. */
    void onMessage(@Nullable PrimaryRole primary, ServerId from, Message message) {
        if (message instanceof CompareRanges question && replica.isCopyOf(from, question.epoch())) {
            Comparison now = comparison;
            if (now == null || now.id() != question.compareId()) {
                comparison = new Comparison(context, replica.data(), from, question);
            }
            onProgress(null);
        } else if (message instanceof Distrust distrust && replica.isCopyOf(from, distrust.epoch())) {
            boolean isNews = replica.data().distrust();
            if (replica.data().isStateDirty()) {
                context.effects.storeSoon(distrust.partition()); // a restart must not make it forget
            }
            if (isNews) {
                context.effects.reportChanged(replica);
            }
        } else if (message instanceof Compared compared && verification != null) {
            verification.onCompared(from, compared);
            onProgress(primary);
        }
    }

    void onScanned(@Nullable PrimaryRole primary, long id, List<LogEntry> records, List<Bytes> damaged, boolean last) {
        Verification comparing = verification;
        Comparison compared = comparison;
        for (RecordPage page : pages) {
            page.onScanned(id, records, damaged, last);
        }
        pages.removeIf(page -> page.advance(primary));
        boolean isMine = (comparing != null && comparing.onScanned(id, records, damaged, last))
                || (compared != null && compared.onScanned(id, records, damaged, last));
        if (isMine) {
            onProgress(primary);
        }
    }

    /** To be called from ticks too. */
    void onProgress(@Nullable PrimaryRole primary) {
        pages.removeIf(page -> page.advance(primary));
        Comparison compared = comparison;
        if (compared != null && compared.advance()) {
            comparison = null;
        }
        Verification comparing = verification;
        if (comparing != null && comparing.advance(primary)) {
            verification = null;
        }
    }
}
