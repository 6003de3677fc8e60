package io.kumo.gateway.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.HostPort;
import io.kumo.protocol.StatusMessages.ManagerStatus;
import io.kumo.protocol.StatusMessages.RebalanceStatus;
import io.kumo.protocol.StatusMessages.ServerStatus;
import io.kumo.protocol.StatusMessages.StatusResult;
import io.kumo.table.ServerId;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatsTest extends GatewayCase {
    @BeforeEach
    void startWithTable() throws Exception {
        startGateway();
        publish(table(List.of(first, second)));
    }

    private static Map<String, String> stats(Client client, String topic) throws IOException {
        client.send("stats " + topic + "\r\n");
        Map<String, String> figures = new LinkedHashMap<>();
        for (String line = client.line(); !line.equals("END"); line = client.line()) {
            String[] words = line.split(" ", 3);
            assertTrue(words[0].equals("STAT") && words.length == 3, line);
            assertEquals(null, figures.put(words[1], words[2]), line + " is there twice");
        }
        return figures;
    }

    @Test
    void hasTheNamesOfMemcachedThatMakeSense() throws Exception {
        try (Client client = new Client(port)) {
            client.ask("set a 0 0 1\r\nx");
            client.ask("get a");
            assertEquals("x", client.line() + client.line().replace("END", ""));
            client.ask("get b");
            client.ask("delete a");
            Map<String, String> figures = stats(client, "");
            for (String name : List.of(
                    "pid",
                    "uptime",
                    "time",
                    "version",
                    "pointer_size",
                    "rusage_user",
                    "rusage_system",
                    "max_connections",
                    "curr_connections",
                    "total_connections",
                    "rejected_connections",
                    "connection_structures",
                    "cmd_get",
                    "cmd_set",
                    "cmd_flush",
                    "cmd_touch",
                    "get_hits",
                    "get_misses",
                    "delete_misses",
                    "delete_hits",
                    "incr_misses",
                    "incr_hits",
                    "decr_misses",
                    "decr_hits",
                    "cas_misses",
                    "cas_hits",
                    "cas_badval",
                    "touch_hits",
                    "touch_misses",
                    "idle_kicks",
                    "auth_cmds",
                    "auth_errors",
                    "bytes_read",
                    "bytes_written",
                    "limit_maxbytes",
                    "accepting_conns",
                    "listen_disabled_num",
                    "threads",
                    "conn_yields",
                    "bytes",
                    "curr_items",
                    "total_items",
                    "evictions")) {
                assertTrue(figures.containsKey(name), name);
            }
            assertEquals("1", figures.get("cmd_set"));
            assertEquals("1", figures.get("get_hits"));
            assertEquals("1", figures.get("get_misses"));
            assertEquals("1", figures.get("delete_hits"));
            assertEquals("1", figures.get("total_items"));
            assertEquals("1.6.27", figures.get("version"));
            assertEquals("RESET", client.ask("stats reset"));
            assertEquals("0", stats(client, "").get("cmd_set"));
        }
    }

    @Test
    void tellsItsSettings() throws Exception {
        try (Client client = new Client(port)) {
            Map<String, String> settings = stats(client, "settings");
            assertEquals(Integer.toString(port), settings.get("tcpport"));
            assertEquals("100", settings.get("maxconns"));
            assertEquals("1048576", settings.get("item_size_max"));
            assertEquals("no", settings.get("ssl_enabled"));
            assertEquals("no", settings.get("auth_enabled_ascii"));
            assertEquals("auto-negotiate", settings.get("binding_protocol"));
        }
    }

    @Test
    void tellsWhoIsConnected() throws Exception {
        try (Client client = new Client(port);
                Client other = new Client(port)) {
            assertEquals("MN", other.ask("mn"));
            Map<String, String> conns = stats(client, "conns");
            assertEquals("tcp:127.0.0.1:" + port, conns.get("0:addr"));
            assertEquals("conn_listening", conns.get("0:state"));
            assertEquals("tcp:127.0.0.1:" + port, conns.get("2:listen_addr"));
            assertEquals(Set.of("conn_parse_cmd", "conn_read"), Set.of(conns.get("1:state"), conns.get("2:state")));
            assertEquals(2 + 4 * 2, conns.size());
        }
    }

    @Test
    void tellsOfTheCluster() throws Exception {
        gateway.setFigures(ClusterFigures.of(
                new StatusResult(
                        "cluster",
                        1,
                        2,
                        PARTITIONS,
                        0,
                        0,
                        false,
                        List.of(
                                new ManagerStatus(new HostPort("m1", 1), false, true),
                                new ManagerStatus(new HostPort("m2", 2), true, true)),
                        List.of(server(1, 8, 16, 100), server(2, 8, 16, 102)),
                        new RebalanceStatus(false, 0, 0, 0, 0, -1),
                        false),
                List.of("m1:1"),
                1));
        try (Client client = new Client(port)) {
            Map<String, String> figures = stats(client, "kumo");
            assertEquals("cluster", figures.get("cluster"));
            assertEquals("m2:2", figures.get("leader"));
            assertEquals("202", figures.get("records_of_all_copies"));
            assertEquals("101", figures.get("records"));
            assertEquals("8", figures.get("primaries:" + first.info().address()));
            assertEquals("0", figures.get("partitions_without_primary"));
            assertEquals("101", stats(client, "").get("curr_items"));
        }
    }

    private static ServerStatus server(int id, int primaries, int copies, long items) {
        return new ServerStatus(new ServerId(id), new HostPort("s" + id, 1), "active", primaries, copies, items, 0, 0);
    }

    @Test
    void answersTopicsThatItHasNothingFor() throws Exception {
        try (Client client = new Client(port)) {
            assertEquals(Map.of(), stats(client, "items"));
            assertEquals(Map.of("active_slabs", "0", "total_malloced", "0"), stats(client, "slabs"));
            assertEquals(Map.of("sizes_status", "disabled"), stats(client, "sizes"));
            assertEquals("ERROR", client.ask("stats nonsense"));
            assertEquals("OK", client.ask("stats detail on"));
            assertEquals("OK", client.ask("stats detail off"));
            assertEquals("END", client.ask("stats detail dump"));
            assertEquals("CLIENT_ERROR usage: stats detail on|off|dump", client.ask("stats detail"));
            assertEquals("CLIENT_ERROR stats cachedump not allowed", client.ask("stats cachedump 1 1"));
        }
    }

    @Test
    void refusesWhatItHasNoUseForAsMemcachedDoes() throws Exception {
        Map<String, String> answers = new LinkedHashMap<>();
        answers.put("shutdown", "ERROR: shutdown not enabled");
        answers.put("shutdown graceful", "ERROR: shutdown not enabled");
        answers.put("cache_memlimit", "ERROR");
        answers.put("cache_memlimit x", "ERROR");
        answers.put("cache_memlimit 1", "MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m");
        answers.put("cache_memlimit 64", "MEMLIMIT_ADJUST_FAILED out of bounds or unable to adjust");
        answers.put("cache_memlimit 64 noreply\r\nmn", "MN");
        answers.put("slabs", "ERROR");
        answers.put("slabs reassign 1 2", "CLIENT_ERROR slab reassignment disabled");
        answers.put("slabs automove 1", "CLIENT_ERROR slab reassignment disabled");
        answers.put("lru", "ERROR");
        answers.put("lru mode flat", "ERROR");
        answers.put("lru_crawler", "ERROR");
        answers.put("lru_crawler enable", "ERROR failed to start lru crawler thread");
        answers.put("lru_crawler disable", "OK");
        answers.put("lru_crawler crawl all", "CLIENT_ERROR lru crawler disabled");
        answers.put("lru_crawler metadump all", "ERROR metadump not allowed");
        answers.put("watch", "CLIENT_ERROR watch commands not allowed");
        answers.put("watch fetchers", "CLIENT_ERROR watch commands not allowed");
        answers.put("mop", "ERROR");
        answers.put("misbehave", "ERROR");
        answers.put("extstore free_memchunks 1 1", "ERROR");
        try (Client client = new Client(port)) {
            for (Map.Entry<String, String> answer : answers.entrySet()) {
                assertEquals(answer.getValue(), client.ask(answer.getKey()), answer.getKey());
            }
        }
    }
}
