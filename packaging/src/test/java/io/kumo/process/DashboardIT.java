package io.kumo.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A manager's dashboard in a real browser, while a cluster works, loses a server, and loses its manager. */
class DashboardIT {
    private static final Path SCREENSHOTS = Path.of("target/dashboard");
    private static final int WIDE = 1400;
    private static final int NARROW = 390;
    private static final String OPERATIONS = "samples.length ? samples[samples.length - 1][2] : 0";
    private static final String MARKUP = "<img src=x onerror=document.title=1>";
    /** The colours of a square's cells: how many there are. */
    private static final String COLOURS = """
            (() => {
              const canvas = document.querySelector('canvas');
              const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
              return new Set(new Uint32Array(pixels.buffer)).size;
            })()""";

    @TempDir
    Path directory;

    @Test
    void showsWhatTheClusterDoes() throws IOException {
        assumeTrue(Browser.program().isPresent(), "no chromium on this host: the dashboard is not tested");
        String http = "127.0.0.1:" + ProcessCluster.freePort();
        ProcessCluster made = new ProcessCluster(directory).withDashboard(http);
        try (ProcessCluster cluster = made.run(1, 3, 1, "--zone", MARKUP);
                Load load = Load.start(cluster.gatewayPort(0), 1);
                Browser browser = new Browser(Browser.program().orElseThrow(), directory)) {
            browser.show(WIDE, 900, false);
            browser.open("http://" + http + "/");
            awaitText(browser, "Healthy");
            awaitText(browser, cluster.serverAddress(2));
            awaitText(browser, MARKUP);
            load.awaitProgress(10);
            await("operations are counted")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> Double.parseDouble(browser.evaluate(OPERATIONS)) > 0);
            assertEquals("3", browser.evaluate("document.querySelectorAll('canvas').length"));
            assertTrue(Integer.parseInt(browser.evaluate(COLOURS)) >= 2, "primaries and copies look alike");
            assertTooltipTellsOfAPartition(browser);
            assertFitsInAnyWindow(browser);

            cluster.server(2).kill();
            awaitText(browser, "Fewer copies than wanted");
            awaitText(browser, "server " + cluster.serverAddress(2) + " is marked as faulty");
            cluster.manager(0).kill();
            awaitText(browser, "This manager has told nothing new for");
            browser.screenshot(SCREENSHOTS.resolve("stale.png"));
            cluster.manager(0).start();
            awaitText(browser, "live");
            awaitText(browser, "Fewer copies than wanted");
            assertEquals("", String.join("\n", browser.complaints()));
        }
    }

    private static void assertTooltipTellsOfAPartition(Browser browser) {
        browser.evaluate("document.querySelector('canvas').scrollIntoView()");
        String[] corner = browser.evaluate("""
                        (() => {
                          const box = document.querySelector('canvas').getBoundingClientRect();
                          return box.left + ' ' + box.top;
                        })()""").split(" ");
        browser.movePointer(Double.parseDouble(corner[0]) + 30, Double.parseDouble(corner[1]) + 30);
        awaitText(browser, "primary\n127.0.0.1:");
        String tooltip = browser.evaluate("document.getElementById('tooltip').innerText");
        assertTrue(tooltip.startsWith("Partition "), tooltip);
        browser.screenshot(SCREENSHOTS.resolve("tooltip.png"));
        browser.movePointer(1, 1);
        assertEquals("true", browser.evaluate("document.getElementById('tooltip').hidden"));
    }

    private static void assertFitsInAnyWindow(Browser browser) {
        for (int width : new int[] {WIDE, NARROW}) {
            for (boolean dark : new boolean[] {false, true}) {
                browser.show(width, 900, dark);
                assertEquals(
                        Integer.toString(width), browser.evaluate("document.documentElement.scrollWidth"), "too wide");
                String name = (width == WIDE ? "wide-" : "narrow-") + (dark ? "dark" : "light") + ".png";
                browser.screenshot(SCREENSHOTS.resolve(name));
            }
        }
        browser.show(WIDE, 900, false);
    }

    private static void awaitText(Browser browser, String text) {
        try {
            await(text)
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> browser.text().contains(text));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("the page does not say '" + text + "' but: " + browser.text(), e);
        }
    }
}
