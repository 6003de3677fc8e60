package io.kumo.process;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A page in a real Chromium without a window, driven by its DevTools protocol. Remembers what the page complains of.
 */
final class Browser implements AutoCloseable {
    private static final List<String> PROGRAMS = List.of("chromium", "chromium-browser", "google-chrome");
    private static final long ANSWER_S = 20;
    private static final Duration START = Duration.ofSeconds(20);

    private final Process process;
    private final WebSocket socket;
    private final Listener listener = new Listener();
    private final AtomicInteger ids = new AtomicInteger();
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    /** Where the browser is, if this host has one. */
    static Optional<Path> program() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .flatMap(directory -> PROGRAMS.stream().map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** @param directory for the browser's own files */
    Browser(Path program, Path directory) {
        try {
            Path output = directory.resolve("browser.out");
            process = new ProcessBuilder(
                            program.toString(),
                            "--headless=new",
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-dev-shm-usage",
                            "--no-first-run",
                            "--disable-extensions",
                            "--disable-background-networking",
                            "--hide-scrollbars",
                            "--remote-debugging-port=0",
                            "--user-data-dir=" + directory.resolve("browser"),
                            "about:blank")
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            Path active = directory.resolve("browser").resolve("DevToolsActivePort");
            Awaitility.await("the browser listens")
                    .atMost(START)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> Files.exists(active)
                            && !Files.readString(active).isBlank()
                            && pageAddress(active).isPresent());
            socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(pageAddress(active).orElseThrow(), listener)
                    .get(ANSWER_S, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + program, e);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("no connection to " + program, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        for (String domain : List.of("Page", "Runtime", "Log")) {
            call(domain + ".enable", new JsonObject());
        }
    }

    private static Optional<URI> pageAddress(Path active) throws IOException, InterruptedException {
        String port = Files.readAllLines(active).get(0);
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list"))
                .build();
        String pages = HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofString())
                .body();
        return new JsonArray(pages)
                .stream()
                        .map(JsonObject.class::cast)
                        .filter(page -> page.getString("type").equals("page"))
                        .map(page -> URI.create(page.getString("webSocketDebuggerUrl")))
                        .findFirst();
    }

    void open(String address) {
        call("Page.navigate", new JsonObject().put("url", address));
    }

    /** The window's inner extent in CSS pixels, and the colours that the user prefers. */
    void show(int width, int height, boolean dark) {
        call(
                "Emulation.setDeviceMetricsOverride",
                new JsonObject()
                        .put("width", width)
                        .put("height", height)
                        .put("deviceScaleFactor", 1)
                        .put("mobile", false));
        JsonObject feature =
                new JsonObject().put("name", "prefers-color-scheme").put("value", dark ? "dark" : "light");
        call("Emulation.setEmulatedMedia", new JsonObject().put("features", new JsonArray().add(feature)));
    }

    void movePointer(double x, double y) {
        call(
                "Input.dispatchMouseEvent",
                new JsonObject().put("type", "mouseMoved").put("x", x).put("y", y));
    }

    /** What an expression of JavaScript is, as text. */
    String evaluate(String expression) {
        JsonObject result = call(
                "Runtime.evaluate",
                new JsonObject().put("expression", "String(" + expression + ")").put("awaitPromise", true));
        if (result.containsKey("exceptionDetails")) {
            throw new AssertionError(expression + ": " + result.getJsonObject("exceptionDetails"));
        }
        return result.getJsonObject("result").getString("value");
    }

    /** The visible text of the page; none while it is loaded. */
    String text() {
        return evaluate("document.body ? document.body.innerText : ''");
    }

    /** The whole page as it is shown. */
    void screenshot(Path file) {
        JsonObject answer = call(
                "Page.captureScreenshot", new JsonObject().put("format", "png").put("captureBeyondViewport", true));
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, Base64.getDecoder().decode(answer.getString("data")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Exceptions, errors and violations of the page's policy since the start. */
    List<String> complaints() {
        return complaints;
    }

    private JsonObject call(String method, JsonObject parameters) {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonObject> answer = new CompletableFuture<>();
        listener.waiting.put(id, answer);
        String call = new JsonObject()
                .put("id", id)
                .put("method", method)
                .put("params", parameters)
                .encode();
        try {
            socket.sendText(call, true).get(ANSWER_S, TimeUnit.SECONDS);
            JsonObject whole = answer.get(ANSWER_S, TimeUnit.SECONDS);
            if (whole.containsKey("error")) {
                throw new AssertionError(method + ": " + whole.getJsonObject("error"));
            }
            return whole.getJsonObject("result");
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("the browser does not answer " + method, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } finally {
            listener.waiting.remove(id);
        }
    }

    private void onEvent(JsonObject message) {
        JsonObject parameters = message.getJsonObject("params", new JsonObject());
        String method = message.getString("method", "");
        if (method.equals("Runtime.exceptionThrown")) {
            complaints.add(parameters.getJsonObject("exceptionDetails").encode());
        } else if (method.equals("Log.entryAdded")) {
            JsonObject entry = parameters.getJsonObject("entry");
            if (!entry.getString("source").equals("network")) { // a manager that is gone is not the page's fault
                complaints.add(entry.getString("text"));
            }
        }
    }

    @Override
    public void close() {
        socket.abort();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(ANSWER_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Puts messages together again, and gives them to who waits. */
    private final class Listener implements WebSocket.Listener {
        private final Map<Integer, CompletableFuture<JsonObject>> waiting = new ConcurrentHashMap<>();
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean isLast) {
            text.append(part);
            if (isLast) {
                JsonObject message = new JsonObject(text.toString());
                text.setLength(0);
                CompletableFuture<JsonObject> waiter =
                        message.containsKey("id") ? waiting.get(message.getInteger("id")) : null;
                if (waiter != null) {
                    waiter.complete(message);
                } else {
                    onEvent(message);
                }
            }
            from.request(1);
            return null;
        }
    }
}
