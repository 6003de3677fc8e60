package io.kumo.manager.dashboard.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;

/**
 * The page: one document with its style and its script inside. A browser runs this script and no other, loads nothing
 * from anywhere, and talks to this manager only: the Content-Security-Policy names both by their hash.
 */
record DashboardPage(String html, Map<String, String> headers) {
    private static final String[] SCRIPTS = {"format.js", "chart.js", "partitions.js", "page.js"};

    /** Puts it together from its parts. */
    static DashboardPage load() {
        StringBuilder script = new StringBuilder("'use strict';\n");
        for (String name : SCRIPTS) {
            script.append(resource(name));
        }
        String style = resource("style.css");
        String html = resource("page.html").replace("/*style*/", style).replace("/*script*/", script);
        String policy = String.join(
                "; ",
                "default-src 'none'",
                "script-src " + hash(script.toString()),
                "style-src " + hash(style),
                "img-src data:",
                "connect-src 'self'",
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'");
        return new DashboardPage(html, Map.of("Content-Security-Policy", policy, "Referrer-Policy", "no-referrer"));
    }

    private static String resource(String name) {
        try (InputStream in = DashboardPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(String content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
