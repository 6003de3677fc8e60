package io.kumo.process;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What {@code kumoctl status --json} says, flattened: nested objects by dotted names, lists as lists of maps. */
record ClusterStatus(
        Map<String, String> fields, List<Map<String, String>> managers, List<Map<String, String>> servers) {

    static ClusterStatus parse(String json) {
        Map<String, String> fields = new HashMap<>();
        List<Map<String, String>> managers = new ArrayList<>();
        List<Map<String, String>> servers = new ArrayList<>();
        try (JsonParser in = new JsonFactory().createParser(json)) {
            in.nextToken();
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String name = in.currentName();
                JsonToken value = in.nextToken();
                if (value == JsonToken.START_ARRAY) {
                    while (in.nextToken() == JsonToken.START_OBJECT) {
                        Map<String, String> element = object(in);
                        if (name.equals("servers")) {
                            servers.add(element);
                        } else if (name.equals("managers")) {
                            managers.add(element);
                        }
                    }
                } else if (value == JsonToken.START_OBJECT) {
                    object(in).forEach((key, text) -> fields.put(name + "." + key, text));
                } else {
                    fields.put(name, in.getText());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("not the JSON of a status: " + json, e);
        }
        return new ClusterStatus(fields, managers, servers);
    }

    private static Map<String, String> object(JsonParser in) throws IOException {
        Map<String, String> object = new HashMap<>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            in.nextToken();
            object.put(name, in.getText());
        }
        return object;
    }

    boolean isLeader(String address) {
        return managers.stream()
                .anyMatch(manager -> manager.get("address").equals(address)
                        && manager.get("leader").equals("true"));
    }

    boolean areManagersThere() {
        return managers.stream().allMatch(manager -> manager.get("alive").equals("true"));
    }

    boolean hasServerIn(String state) {
        return servers.stream().anyMatch(server -> server.get("state").equals(state));
    }

    long number(String field) {
        return Long.parseLong(fields.get(field));
    }

    boolean isHealthy(int copies) {
        long missing = copies < 3 ? number("partitions") : 0; // with fewer servers than copies all are under-replicated
        return number("underReplicated") <= missing
                && number("down") == 0
                && fields.get("rebalance.running").equals("false")
                && !servers.isEmpty()
                && servers.stream().allMatch(server -> server.get("state").equals("active"));
    }

    long sumOverServers(String field) {
        return servers.stream()
                .mapToLong(server -> Long.parseLong(server.get(field)))
                .sum();
    }
}
