package io.kumo.manager.dashboard.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DashboardPageTest {
    private final DashboardPage page = DashboardPage.load();

    @Test
    void thePolicyAllowsItsOwnScriptAndStyleAndNothingElse() throws Exception {
        String policy = page.headers().get("Content-Security-Policy");
        assertTrue(policy.startsWith("default-src 'none'; "), policy);
        assertTrue(policy.contains("script-src " + hashOf("script") + ";"), policy);
        assertTrue(policy.contains("style-src " + hashOf("style") + ";"), policy);
        assertFalse(policy.contains("unsafe"), policy);
    }

    @Test
    void loadsNothingFromAnywhere() {
        List<String> addresses = new ArrayList<>();
        Matcher matcher = Pattern.compile("https?://[^'\"\\s]+|@import|url\\(").matcher(page.html());
        while (matcher.find()) {
            addresses.add(matcher.group());
        }
        assertEquals(List.of("http://www.w3.org/2000/svg"), addresses); // the name of a language, not an address
    }

    /** Texts of servers (addresses, zones, events) get into the page as texts only. */
    @ParameterizedTest
    @ValueSource(strings = {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"})
    void makesNoMarkupOfTexts(String dangerous) {
        assertFalse(page.html().contains(dangerous), dangerous);
    }

    private String hashOf(String element) throws Exception {
        Matcher matcher = Pattern.compile("<" + element + ">(.*)</" + element + ">", Pattern.DOTALL)
                .matcher(page.html());
        assertTrue(matcher.find());
        byte[] digest =
                MessageDigest.getInstance("SHA-256").digest(matcher.group(1).getBytes(StandardCharsets.UTF_8));
        return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    }
}
