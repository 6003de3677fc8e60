package io.kumo.gateway.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.gateway.runtime.FakeServer.Misbehaviour;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.WriteStatus;
import io.kumo.table.ClusterTable;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailoverTest extends GatewayCase {
    @Test
    void asksTheServerThatRefusedForItsNewerTable() throws Exception {
        startGateway();
        publish(tableOf(first));
        ClusterTable newer = tableOf(second);
        first.learn(newer);
        first.misbehave(Misbehaviour.NOT_PRIMARY);
        try (Client client = new Client(port)) {
            assertEquals("STORED", client.ask("set a 0 0 1\r\nx"));
        }
        assertEquals(newer.version(), tables.version());
        assertEquals(1, second.writes().size());
    }

    @Test
    void waitsForANewerTableWhenTheConnectionBreaks() throws Exception {
        startGateway();
        publish(tableOf(first));
        try (Client client = new Client(port)) {
            assertEquals("STORED", client.ask("set a 0 0 1\r\nx"));
            first.stop();
            client.send("incr a 1\r\nget a\r\n");
            publish(tableOf(second));
            assertEquals("CLIENT_ERROR cannot increment or decrement non-numeric value", client.line());
            assertEquals("VALUE a 0 1", client.line());
        }
    }

    /** Nobody tells it: no broker runs here. */
    @Test
    void findsOutByItselfThatServersWereAttached() throws Exception {
        startGateway(new OptionsBuilder().manager(first.address()).build());
        ClusterTable born = bornTable();
        first.learn(born);
        TableSource source = new TableSource(vertx, gateway, "test");
        source.start();
        await().until(() -> tables.version() == born.version());
        try (Client client = new Client(port)) {
            assertEquals("SERVER_ERROR no partition table yet: attach servers first", client.ask("get a"));
            first.learn(tableOf(first));
            await().until(() -> client.ask("set a 0 0 1\r\nx").equals("STORED"));
        }
    }

    /** It is not for want of servers then. */
    @Test
    void saysWhenItReachesNoManager() throws Exception {
        startGateway(new OptionsBuilder().manager(first.address()).build());
        first.stop();
        TableSource source = new TableSource(vertx, gateway, "test");
        source.start();
        String nobody = "SERVER_ERROR no partition table yet: no manager can be reached; " + first.address()
                + ": nobody listens there";
        try (Client client = new Client(port)) {
            await().until(() -> client.ask("get a").equals(nobody));
            assertEquals(nobody, client.ask("set a 0 0 1\r\nx"));
            assertEquals(nobody, client.ask("flush_all"));
        }
    }

    @Test
    void sendsAWriteAgainWithTheSameId() throws Exception {
        startGateway();
        publish(tableOf(first));
        try (Client client = new Client(port)) {
            assertEquals("STORED", client.ask("set n 0 0 1\r\n5"));
            first.misbehave(Misbehaviour.CARRY_OUT_AND_DROP_ONCE);
            assertEquals("6", client.ask("incr n 1"));
            first.misbehave(Misbehaviour.CARRY_OUT_SILENTLY_ONCE);
            assertEquals("7", client.ask("incr n 1"));
        }
        assertEquals(2, store.repeated());
        List<Write> writes = first.writes();
        assertEquals(5, writes.size());
        assertEquals(writes.get(1).counter(), writes.get(2).counter());
        assertEquals(writes.get(1).session(), writes.get(2).session());
        assertEquals(writes.get(3).counter(), writes.get(4).counter());
        assertTrue(writes.get(3).settledBelow() > writes.get(1).counter(), "settled operations are announced");
    }

    @Test
    void keepsTheOrderOfAClientsOperationsOnOneKeyWhenOneIsRetried() throws Exception {
        startGateway();
        publish(tableOf(first));
        try (Client client = new Client(port)) {
            first.misbehave(Misbehaviour.CARRY_OUT_AND_DROP_ONCE);
            client.send(
                    "set a 0 0 1\r\n1\r\nincr a 1\r\nappend a 0 0 1\r\n0\r\nget a\r\nset a 0 0 1\r\n9\r\nget a\r\n");
            assertEquals("STORED", client.line());
            assertEquals("2", client.line());
            assertEquals("STORED", client.line());
            assertEquals("VALUE a 0 2", client.line());
            assertEquals("20", client.line());
            assertEquals("END", client.line());
            assertEquals("STORED", client.line());
            assertEquals("VALUE a 0 1", client.line());
        }
    }

    @Test
    void failsAWholeMultiGetWhenOneKeyFails() throws Exception {
        startGateway(options(300));
        publish(table(List.of(first, second)));
        String good = keyAt(0, 1);
        String bad = keyAt(1, 2);
        try (Client client = new Client(port)) {
            client.ask("set " + good + " 0 0 1\r\nx");
            client.ask("set " + bad + " 0 0 1\r\ny");
            second.misbehave(Misbehaviour.SILENT);
            String answer = client.ask("get " + good + " " + bad);
            assertTrue(answer.startsWith("SERVER_ERROR deadline of 300 ms passed"), answer);
            second.misbehave(Misbehaviour.NONE);
            assertEquals("MN", client.ask("mn"));
            assertEquals("VALUE " + bad + " 0 1", client.ask("get " + bad));
        }
    }

    @Test
    void tellsTheClientThatARefusedWriteWasRefused() throws Exception {
        startGateway();
        publish(tableOf(first));
        first.misbehave(Misbehaviour.DISK_FULL);
        try (Client client = new Client(port)) {
            assertEquals(
                    "SERVER_ERROR disk is nearly full: writes are refused until there is room",
                    client.ask("set a 0 0 1\r\nx"));
            assertEquals("MN", client.ask("set a 0 0 1 noreply\r\nx\r\nmn"));
        }
        assertEquals(2, first.writes().size());
    }

    @Test
    void saysThatAWriteMayHaveBeenCarriedOutWhenTheDeadlinePasses() throws Exception {
        startGateway(options(200));
        publish(tableOf(first));
        first.misbehave(Misbehaviour.SILENT);
        try (Client client = new Client(port)) {
            String answer = client.ask("set a 0 0 1\r\nx");
            assertTrue(answer.startsWith("SERVER_ERROR deadline of 200 ms passed: no answer from"), answer);
            assertTrue(answer.endsWith("; the operation may or may not have been carried out"), answer);
        }
    }

    @Test
    void givesUpAtTheDeadlineWhenNobodyIsThere() throws Exception {
        startGateway(options(300));
        publish(tableOf(first));
        first.stop();
        try (Client client = new Client(port)) {
            String answer = client.ask("get a");
            assertTrue(answer.startsWith("SERVER_ERROR deadline of 300 ms passed: not connected to"), answer);
        }
    }

    @Test
    void doesNotWaitForAServerThatLostThePartition() throws Exception {
        startGateway(options(60_000)); // a try may take 12 s
        publish(tableOf(first));
        first.misbehave(Misbehaviour.SILENT);
        try (Client client = new Client(port)) {
            client.send("set a 0 0 1\r\nx\r\nget b\r\n");
            await().until(() -> !first.writes().isEmpty());
            publish(tableOf(second));
            assertEquals("STORED", client.line()); // the client would give up after 10 s
            assertEquals("END", client.line());
        }
        assertEquals(first.writes().get(0).counter(), second.writes().get(0).counter());
    }

    /** Two servers were asked: that the first one changed nothing says nothing of the second. */
    @Test
    void waitsForTheServerThatMayCarryTheWriteOutAfterAnotherDidNot() throws Exception {
        startGateway(options(60_000));
        publish(tableOf(first));
        first.misbehave(Misbehaviour.HOLD);
        second.misbehave(Misbehaviour.HOLD);
        try (Client client = new Client(port)) {
            client.send("add a 0 0 1\r\nx\r\n");
            await().until(() -> !first.writes().isEmpty());
            publish(tableOf(second));
            await().until(() -> !second.writes().isEmpty());
            first.answerHeld(result(WriteStatus.NOT_STORED));
            second.answerHeld(result(WriteStatus.DONE));
            assertEquals("STORED", client.line());
        }
    }

    private static WriteResult result(WriteStatus status) {
        return new WriteResult(status, 0, 0, 0, Bytes.EMPTY);
    }
}
