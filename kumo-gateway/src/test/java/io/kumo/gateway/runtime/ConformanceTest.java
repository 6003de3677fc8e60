package io.kumo.gateway.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kumo.gateway.memcached.Conversation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every conversation that was recorded with memcached, with a gateway: byte for byte. */
class ConformanceTest extends GatewayCase {
    private static final int SHOWN = 40;

    @Test
    void answersAsMemcachedDid() throws Exception {
        startGateway();
        publish(table(List.of(first, second)));
        List<String> differences = new ArrayList<>();
        for (Conversation conversation : Conversation.recorded()) {
            store.clear();
            String wanted = Conversation.written(conversation.reply().unsafeArray());
            String said = said(conversation);
            if (!wanted.equals(said)) {
                differences.add("> " + conversation.text() + "\n< " + wanted + "\n= " + said + "\n");
            }
        }
        List<String> some = differences.subList(0, Math.min(SHOWN, differences.size()));
        assertEquals(0, differences.size(), () -> String.join("\n", some));
    }

    private String said(Conversation conversation) throws IOException {
        try (Client client = new Client(port)) {
            client.send(conversation.request().unsafeArray());
            if (!conversation.closed()) {
                client.endOutput();
            }
            return Conversation.written(client.rest().getBytes(StandardCharsets.ISO_8859_1));
        }
    }
}
