package io.kumo.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kumo.base.Bytes;
import io.kumo.base.HostPort;
import io.kumo.error.ErrorCode;
import io.kumo.error.KumoException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TableCodecTest {
    static IntStream seeds() {
        return IntStream.range(0, 50);
    }

    /** Any table: some servers that no row names, and some named ones that are not in the table any more. */
    static ClusterTable random(Random random, int partitions) {
        List<ServerInfo> servers = new ArrayList<>();
        List<ServerId> ids = new ArrayList<>();
        int count = random.nextInt(8);
        for (int i = 0; i < count; i++) {
            ServerId id = new ServerId(random.nextLong() | 1);
            ids.add(id);
            if (random.nextInt(10) != 0) {
                servers.add(server(random, id));
            }
        }
        servers.sort((a, b) -> a.id().compareTo(b.id()));
        List<Partition> rows = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            rows.add(row(random, i, ids));
        }
        List<HostPort> managers = List.of(new HostPort("a", 1), new HostPort("::1", 65535));
        String cluster = String.format("%016x", random.nextLong());
        return new ClusterTable(
                cluster,
                1 + random.nextInt(1000),
                1 + random.nextInt(8),
                random.nextBoolean(),
                random.nextInt(),
                managers,
                servers,
                rows,
                orders(random, ids));
    }

    private static Orders orders(Random random, List<ServerId> ids) {
        int drained = random.nextInt(ids.size() + 1);
        return new Orders(random.nextBoolean(), ids.subList(0, drained), List.of(new ServerId(random.nextLong())));
    }

    private static ServerInfo server(Random random, ServerId id) {
        ServerState state = ServerState.of(random.nextInt(3));
        HostPort address = new HostPort("host-" + random.nextInt(100), random.nextInt(65536));
        String zone = random.nextBoolean() ? "" : "zone " + random.nextInt();
        return new ServerInfo(id, address, random.nextLong(), zone, state, random.nextBoolean());
    }

    private static Partition row(Random random, int id, List<ServerId> servers) {
        List<ServerId> mixed = new ArrayList<>(servers);
        Collections.shuffle(mixed, random);
        int inSync = Math.min(3, mixed.size());
        int joining = Math.min(inSync + random.nextInt(3), mixed.size());
        long epoch = random.nextInt(1000) + ((long) random.nextInt(2) << 32);
        List<ServerId> target = mixed.subList(0, random.nextInt(mixed.size() + 1));
        return new Partition(id, epoch, mixed.subList(0, inSync), mixed.subList(inSync, joining), target);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void readsWhatItWrote(int seed) {
        ClusterTable table = random(new Random(seed), 1 << (seed % 7));
        assertEquals(table, TableCodec.decode(TableCodec.encode(table)));
    }

    @Test
    void writesATableOfThreeServersInFifteenKilobytes() {
        List<ServerId> ids = List.of(new ServerId(-1), new ServerId(-2), new ServerId(-3));
        List<Partition> rows = new ArrayList<>();
        for (int i = 0; i < 1024; i++) {
            rows.add(new Partition(i, 300, ids, List.of(), ids));
        }
        ClusterTable table = new ClusterTable("c", 9, 3, false, 0, List.of(), List.of(), rows, Orders.NONE);
        int bytes = TableCodec.encode(table).length();
        assertTrue(bytes < 15_000, () -> bytes + " bytes");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void refusesEveryDamage(int seed) {
        Random random = new Random(seed);
        byte[] bytes = TableCodec.encode(random(random, 16)).toArray();
        byte[] flipped = bytes.clone();
        flipped[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        assertCorrupt(Bytes.wrap(flipped));
        assertCorrupt(Bytes.copyOf(bytes, 0, random.nextInt(bytes.length)));
        byte[] noise = new byte[random.nextInt(200)];
        random.nextBytes(noise);
        assertCorrupt(Bytes.wrap(noise));
    }

    private static void assertCorrupt(Bytes bytes) {
        KumoException e = assertThrows(KumoException.class, () -> TableCodec.decode(bytes));
        assertEquals(ErrorCode.CORRUPT, e.code());
    }

    @Test
    void saysThatAFormatFromTheFutureCannotBeRead() {
        byte[] bytes = TableCodec.encode(random(new Random(1), 4)).toArray();
        bytes[1] = 2;
        KumoException e = assertThrows(KumoException.class, () -> TableCodec.decode(Bytes.wrap(bytes)));
        assertTrue(e.getMessage().contains("format 2 cannot be read"), e.getMessage());
    }

    @Test
    void skipsFieldsThatANewerVersionAdded() {
        ClusterTable table = TableCodec.decode(TablePacker.encode(out -> {
            out.fields(11).put("c").put(1).put(3).put(false).put(0);
            out.addresses(List.of()).servers(List.of()).named(List.of());
            out.fields(1).fields(5).put(7).fields(0).fields(0).fields(0).put("new");
            out.fields(4).put(true).fields(0).fields(0).put("newer");
            out.put("newest");
        }));
        assertEquals(7, table.partition(0).epoch());
        assertTrue(table.orders().paused());
    }

    @Test
    void readsTablesOfTheTimeBeforeThereWereOrders() {
        ClusterTable table = TableCodec.decode(TablePacker.encode(out -> {
            out.fields(9).put("c").put(1).put(3).put(false).put(0);
            out.addresses(List.of()).servers(List.of()).named(List.of());
            out.fields(1).fields(4).put(7).fields(0).fields(0).fields(0);
        }));
        assertEquals(Orders.NONE, table.orders());
    }

    @Test
    void remembersOnlyTheLatestDetachedServers() {
        Orders orders = Orders.NONE;
        for (int i = 1; i <= Orders.MOST_DETACHED + 1; i++) {
            orders = orders.withDrained(new ServerId(i)).withDetached(new ServerId(i));
        }
        assertEquals(Orders.MOST_DETACHED, orders.detached().size());
        assertFalse(orders.isDetached(new ServerId(1)));
        assertTrue(orders.isDetached(new ServerId(Orders.MOST_DETACHED)));
        assertEquals(List.of(), orders.drained());
        assertFalse(orders.without(new ServerId(9)).isDetached(new ServerId(9)));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void saysWhichTableItIs(int seed) {
        Random random = new Random(seed);
        ClusterTable table = random(random, 8);
        ClusterTable next = table.next(table.servers(), table.partitions());
        assertEquals(new TableStamp(table.clusterId(), table.version()), TableCodec.stamp(TableCodec.encode(table)));
        assertEquals(
                new TableStamp(table.clusterId(), table.version() + 1),
                TableDelta.stamp(TableDelta.between(table, next).encode()));
        assertThrows(KumoException.class, () -> TableCodec.stamp(Bytes.utf8("noise")));
        assertThrows(KumoException.class, () -> TableDelta.stamp(Bytes.EMPTY));
    }

    @Test
    void readsBytesThatCameBeforeOnlyOnce() {
        Random random = new Random(3);
        ClusterTable table = random(random, 16);
        Bytes bytes = TableCodec.encode(table);
        assertSame(bytes, TableCodec.encode(table));
        ClusterTable read = TableCodec.decode(bytes);
        assertNotSame(table, read, "what was written is read as anybody would read it");
        assertSame(read, TableCodec.decode(Bytes.wrap(bytes.toArray())));
        assertNotSame(bytes, TableCodec.encode(read));
        for (int i = 0; i < 10; i++) {
            ClusterTable other = random(random, 16);
            assertEquals(other, TableCodec.decode(TableCodec.encode(other)));
        }
        assertEquals(table, TableCodec.decode(bytes), "also when others came since");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aDifferenceLeadsFromOneTableToTheOther(int seed) {
        Random random = new Random(seed);
        ClusterTable from = random(random, 32);
        ClusterTable other = random(random, 32);
        List<Partition> rows = new ArrayList<>(from.partitions());
        rows.set(3, other.partition(3));
        List<ServerInfo> servers = random.nextBoolean() ? other.servers() : from.servers();
        ClusterTable to = with(from.next(servers, rows), other.orders());
        TableDelta delta = TableDelta.decode(TableDelta.between(from, to).encode());
        assertEquals(TableDelta.between(from, to), delta);
        assertEquals(to, delta.applyTo(from));
        assertThrows(KumoException.class, () -> delta.applyTo(to));
        assertThrows(KumoException.class, () -> TableDelta.between(from, other));
    }

    private static ClusterTable with(ClusterTable table, Orders orders) {
        return new ClusterTable(
                table.clusterId(),
                table.version(),
                table.replicas(),
                table.autoReplace(),
                table.plannedMoves(),
                table.managers(),
                table.servers(),
                table.partitions(),
                orders);
    }

    @Test
    void aDifferenceOfOneRowIsSmall() {
        ClusterTable from = random(new Random(7), 1024);
        List<Partition> rows = new ArrayList<>(from.partitions());
        rows.set(500, rows.get(500).with(9999, rows.get(500).inSync(), List.of()));
        ClusterTable to = from.next(from.servers(), rows);
        TableDelta delta = TableDelta.between(from, to);
        assertEquals(1, delta.rows().size());
        assertTrue(delta.encode().length() < 300, () -> delta.encode().length() + " bytes");
    }

    @Test
    void keysSpreadEvenlyOverPartitions() {
        int[] counts = new int[64];
        for (int i = 0; i < 64_000; i++) {
            counts[PartitionHash.partitionOf(Bytes.utf8("key-" + i), 64)]++;
        }
        for (int count : counts) {
            assertTrue(count > 800 && count < 1200, () -> "a partition has " + count);
        }
    }

    @Test
    void theHashOfAKeyNeverChanges() {
        Set<Integer> partitions = new HashSet<>();
        assertEquals(0x2d06800538d394c2L, PartitionHash.hash(new byte[0], 0, 0), "as xxHash's own tests say");
        assertEquals(0x2d29f1336b0229f9L, PartitionHash.hash("key-1".getBytes(StandardCharsets.UTF_8), 0, 5));
        assertEquals(0, PartitionHash.partitionOf(Bytes.utf8("key-1"), 1));
        byte[] around = "xxkey-1yy".getBytes(StandardCharsets.UTF_8);
        partitions.add(PartitionHash.partitionOf(around, 2, 5, 1024));
        partitions.add(PartitionHash.partitionOf(Bytes.utf8("key-1"), 1024));
        assertEquals(1, partitions.size());
    }
}
