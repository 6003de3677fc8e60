package io.kumo.manager.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kumo.base.HostPort;
import io.kumo.manager.leader.Observations;
import io.kumo.manager.leader.ReportBook;
import io.kumo.protocol.ControlMessages.ServerReport;
import io.kumo.protocol.LoadMessages.LatencyBucket;
import io.kumo.protocol.LoadMessages.ServerLoad;
import io.kumo.table.ServerId;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadHistoryTest {
    private static final ServerId A = new ServerId(1);
    private static final ServerId B = new ServerId(2);
    private static final long FAST_NS = 100_000;
    private static final long SLOW_NS = 8_000_000;

    private final ReportBook book = new ReportBook(0);
    private final LoadHistory history = new LoadHistory(5);

    @Test
    void addsUpWhatServersDidSinceTheirLastReports() {
        report(A, 1, 1_000, load(10, 0, 0));
        report(B, 1, 1_000, load(0, 0, 0));
        assertEquals(0, sample(1_000).readsPerSec());
        report(A, 1, 3_000, load(110, 0, 4));
        report(B, 1, 3_000, load(100, 2, 0));
        LoadSample now = sample(3_000);
        assertEquals(101, now.readsPerSec());
        assertEquals(0, now.writesPerSec());
        assertEquals(2, now.errorsPerSec());
        assertEquals(FAST_NS / 1_000, now.readP50Us());
        assertEquals(0, now.writeP50Us());
        assertEquals(51, history.rate(B).readsPerSec());
        assertEquals(SLOW_NS / 1_000, history.rate(B).readP99Us());
    }

    @Test
    void aRateHoldsUntilTheNextReportAndNotLonger() {
        report(A, 1, 1_000, load(0, 0, 0));
        sample(1_000);
        report(A, 1, 2_000, load(50, 0, 0));
        assertEquals(50, sample(2_000).readsPerSec());
        assertEquals(50, sample(3_000).readsPerSec());
        assertEquals(0, sample(6_000).readsPerSec());
        report(A, 1, 8_000, load(80, 0, 0));
        assertEquals(5, sample(8_000).readsPerSec());
    }

    @Test
    void reportsInAQuickRowAreTakenTogether() {
        report(A, 1, 1_000, load(0, 0, 0));
        sample(1_000);
        report(A, 1, 1_020, load(30, 0, 0));
        assertEquals(0, sample(1_050).readsPerSec());
        report(A, 1, 2_000, load(40, 0, 0));
        assertEquals(40, sample(2_000).readsPerSec());
    }

    @Test
    void aRestartedServerCountsFromZero() {
        report(A, 1, 1_000, load(1_000, 0, 0));
        sample(1_000);
        report(A, 2, 2_000, load(5, 0, 0));
        assertEquals(0, sample(2_000).readsPerSec());
        report(A, 2, 3_000, load(12, 0, 0));
        assertEquals(7, sample(3_000).readsPerSec());
    }

    @Test
    void keepsTheNewestSamples() {
        for (int second = 1; second <= 9; second++) {
            sample(1_000L * second);
        }
        List<Long> times = history.samples().stream().map(LoadSample::timeMs).toList();
        assertEquals(List.of(5_000L, 6_000L, 7_000L, 8_000L, 9_000L), times);
    }

    private LoadSample sample(long nowMs) {
        Observations seen = book.observe(false, nowMs);
        history.sample(seen, nowMs, nowMs);
        return history.samples().get(history.samples().size() - 1);
    }

    private static ServerLoad load(long fast, long slow, long errors) {
        List<LatencyBucket> reads = List.of(new LatencyBucket(FAST_NS, fast), new LatencyBucket(SLOW_NS, slow));
        return new ServerLoad(reads, List.of(), errors, 0, 0);
    }

    private void report(ServerId server, long incarnation, long nowMs, ServerLoad load) {
        HostPort address = new HostPort("s" + server.value(), 19800);
        ServerReport report = new ServerReport(
                server,
                address,
                incarnation,
                "",
                "",
                0,
                true,
                0,
                0,
                0,
                0,
                List.of(),
                List.of(),
                List.of(),
                1,
                false,
                List.of(),
                load);
        book.onReport(report, this, nowMs);
    }
}
