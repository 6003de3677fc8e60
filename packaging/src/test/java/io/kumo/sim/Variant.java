package io.kumo.sim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The product with one deliberate fault: a small edit of one source file. The simulation has to notice it.
 *
 * @param name what is broken
 * @param file from the root of the repository
 * @param edits what is replaced by what; each must be found exactly once
 */
record Variant(String name, String file, List<Edit> edits) {
    private static final String REPLICA = "kumo-server/src/main/java/io/kumo/server/replica/";
    private static final String LEADER = "kumo-manager/src/main/java/io/kumo/manager/leader/";
    private static final String REGISTER = "kumo-common/src/main/java/io/kumo/register/";
    private static final String ROUTE = "kumo-gateway/src/main/java/io/kumo/gateway/route/";
    private static final String NEAR_CACHE = "kumo-gateway/src/main/java/io/kumo/gateway/runtime/";
    private static final String SIM = "packaging/src/test/java/io/kumo/sim/";

    /** One replacement. */
    record Edit(String old, String fresh) {}

    static final List<Variant> ALL = List.of(
            of(
                    "reads are answered without leases",
                    REPLICA + "PrimaryRole.java",
                    "return until - nowNs > 0;",
                    "return true;"),
            of(
                    "a new primary does not wait for old leases",
                    REPLICA + "Fence.java",
                    "return nowNs - earlierUntilNs >= 0 && (!isSet || nowNs - untilNs >= 0);",
                    "return true;"),
            of(
                    "a process that has just started forgets what it granted",
                    REPLICA + "Replica.java",
                    "new Fence(context.startedNs + LeaseBook.GRANT_NS)",
                    "new Fence(context.startedNs)"),
            of(
                    "a lease counts from its arrival for three times as long",
                    REPLICA + "LeaseBook.java",
                    "lease.take(grant.askedAtNs() + LEASE_NS,",
                    "lease.take(grant.askedAtNs() + 3 * LEASE_NS,"),
            of(
                    "leases count whatever table the granter knew",
                    REPLICA + "LeaseBook.java",
                    "newestVersion >= 0 && newestVersion <= tableVersion",
                    "newestVersion >= 0"),
            of(
                    "a write is acknowledged before all copies have it",
                    REPLICA + "PrimaryRole.java",
                    "if (link.isRequired() && link.ackedSeq < seq)",
                    "if (link.isRequired() && link.ackedSeq < seq && seq < 0)"),
            of(
                    "a copy answers before its log has the entry",
                    REPLICA + "FollowerRole.java",
                    "long seq = Math.min(matchedSeq, data.loggedSeq());",
                    "long seq = matchedSeq;",
                    "owesAnswer |= data.loggedSeq() >= matchedSeq;",
                    "owesAnswer = true;"),
            of(
                    "a joiner is reported, and not waited for",
                    REPLICA + "CopyLink.java",
                    "return inSync || isCounted;",
                    "return inSync;"),
            of(
                    "a new primary serves before its copies are equal",
                    REPLICA + "PrimaryRole.java",
                    "if (links.get(i).inSync && links.get(i).ackedSeq < baseSeq)",
                    "if (links.get(i).inSync && links.get(i).ackedSeq < 0)"),
            of(
                    "a read tells of a write that is not committed yet",
                    REPLICA + "Operations.java",
                    "if (seq > 0) {\n            waiting++;\n            data.tail.addWaiter(seq, Waiter.ofGet(answer, get.wants()));\n            return;\n        }\n",
                    "",
                    "get.wants() == 0 ? data.memtable.read(key, nowMs) : data.memtable.find(key);",
                    "inFlight.find(key) != null ? inFlight.find(key) : data.memtable.find(key);"),
            of(
                    "a refusal tells of a write that is not committed yet",
                    REPLICA + "Operations.java",
                    "repeat(seenSeq, result, answer);",
                    "repeat(0, result, answer);"),
            of(
                    "an entry of an older epoch is accepted",
                    REPLICA + "Replica.java",
                    "&& row.epoch() == epoch\n",
                    "&& row.epoch() >= epoch\n",
                    "&& follower.primary().equals(from)",
                    ""),
            of(
                    "a copy takes entries whatever the epoch of the one before them",
                    REPLICA + "FollowerRole.java",
                    "return message.prevSeq() <= data.lastSeq() && data.epochAt(message.prevSeq()) == message.prevEpoch();",
                    "return message.prevSeq() <= data.lastSeq();"),
            of(
                    "what was never acknowledged is not undone",
                    REPLICA + "FollowerRole.java",
                    "undo(base);",
                    "",
                    "data.epochAt(message.prevSeq()) == message.prevEpoch();",
                    "message.prevSeq() >= 0;",
                    "if (data.epochAt(entry.seq()) == entry.epoch()) {",
                    "if (entry.seq() > 0) {"),
            of(
                    "operations that were undone count as executed",
                    REPLICA + "PartitionData.java",
                    "        dedup.truncate(keepSeq);\n",
                    ""),
            of(
                    "a repeated operation is executed again",
                    REPLICA + "Operations.java",
                    "if (write.session() != 0 && isRepeated(write, answer)) {\n            return;\n        }\n        flushIfDue();",
                    "flushIfDue();",
                    "if (write.session() != 0 && isRepeated(write, answer)) {\n            return;\n        }\n        ErrorCode",
                    "ErrorCode"),
            of(
                    "operations that were answered do not travel with a copy",
                    REPLICA + "PartitionData.java",
                    "        dedup.decode(in, version > 1, context.clock.monotonicNs());\n",
                    ""),
            of(
                    "a late double of a settled operation is executed",
                    REPLICA + "DedupTable.java",
                    "return counter < settledBelow ? SETTLED : NEW;",
                    "return NEW;"),
            of(
                    "what was sent to an earlier primary is executed",
                    REPLICA + "Operations.java",
                    "if (write.tableVersion() < primary.sinceVersion())",
                    "if (write.tableVersion() < 0)"),
            of(
                    "a restarted process acts as the one before",
                    REPLICA + "Replica.java",
                    "now.names(context.self) && context.isNamedIn(newer);",
                    "now.names(context.self);"),
            of(
                    "data is deleted though the table names the server",
                    REPLICA + "Leftovers.java",
                    "data.isEmpty() || row == null || row.names(context.self)",
                    "data.isEmpty() || row == null",
                    "boolean isMeantToHave = row.target().contains(context.self);",
                    "boolean isMeantToHave = false;"),
            of(
                    "a checkpoint takes what is not committed",
                    REPLICA + "PartitionData.java",
                    "long seq = counts ? committedSeq : 0;",
                    "long seq = counts ? lastSeq : 0;"),
            of(
                    "fewer copies than --min-copies do",
                    REPLICA + "Operations.java",
                    "primary.inSyncCount() < settings.minCopies()",
                    "primary.inSyncCount() < settings.minCopies() - 1"),
            of("expired records are answered", REPLICA + "Operations.java", "|| entry.isExpired(nowMs)", ""),
            of(
                    "the sweeper deletes what has not expired",
                    REPLICA + "Operations.java",
                    "boolean expired = newest != null && newest.isRecord() && newest.isExpired(context.clock.wallMs());",
                    "boolean expired = newest != null && newest.isRecord();"),
            of(
                    "a log that may lack its end is taken for whole",
                    LEADER + "Restarts.java",
                    "if (report.intact()) {",
                    "if (report.incarnation() > 0) {"),
            of(
                    "a primary that restarted keeps its epoch",
                    LEADER + "Restarts.java",
                    "                renewEpochs(info.id());\n",
                    ""),
            of("the last copy in sync is removed", LEADER + "Faults.java", "if (good.isEmpty() || alive", "if (alive"),
            of(
                    "an old word brings a joiner into sync",
                    LEADER + "CopyReports.java",
                    "&& report.tableVersion() >= since;",
                    ";"),
            of(
                    "half of the managers are a quorum",
                    REGISTER + "QuorumRule.java",
                    "if (2 * byManagers > managers.size())",
                    "if (2 * byManagers >= managers.size())"),
            of(
                    "half of the servers are a majority",
                    REGISTER + "QuorumRule.java",
                    "2 * countIn(servers, votes) > servers.size()",
                    "2 * countIn(servers, votes) >= servers.size()"),
            of(
                    "a proposer ignores what was accepted",
                    REGISTER + "Proposer.java",
                    "Optional<Proposal> highest = higher(voted, answer.accepted());",
                    "Optional<Proposal> highest = voted;"),
            of(
                    "a voter forgets what it promised",
                    REGISTER + "Acceptor.java",
                    "return ballot.isBelow(state.promised()) ? Optional.of(Verdict.OUTBID) : Optional.empty();",
                    "return Optional.empty();"),
            of(
                    "a manager without its directory votes at once",
                    REGISTER + "Acceptor.java",
                    "forgot ? AcceptorState.LOST : state.votesFrom()",
                    "forgot ? 0 : state.votesFrom()"),
            of(
                    "new managers go on with the version that they learnt",
                    REGISTER + "Founding.java",
                    "VERSION_GAP = 1L << 20;",
                    "VERSION_GAP = 0;"),
            of(
                    "every client may make a stale record anew",
                    REPLICA + "MetaGetRules.java",
                    "boolean wins = !current.has(LogEntry.TOKEN_SENT)",
                    "boolean wins = true"),
            of(
                    "a repeated meta get is not told that it won",
                    REPLICA + "DedupTable.java",
                    "return executed(at).marks;",
                    "return 0;"),
            of(
                    "records of a copy are not stale",
                    REPLICA + "Memtable.java",
                    "                record.marks());",
                    "                0);"),
            of(
                    "any version that the near cache asks about is the newest",
                    REPLICA + "Details.java",
                    "return knownSeq != 0 && result.seq() == knownSeq",
                    "return knownSeq != 0"),
            of(
                    "the near cache answers without asking",
                    NEAR_CACHE + "CachedRead.java",
                    "return entry != null && cache.isFresh(entry)",
                    "return entry != null"),
            of(
                    "a write that came in between counts as a difference of copies",
                    REPLICA + "Verification.java",
                    "if (version.equals(copy.suspects.get(key)))",
                    "if (version != null)",
                    "&& record.seq() <= beganSeq)",
                    ")"),
            of(
                    "a record that a copy lacks is no difference",
                    REPLICA + "Verification.java",
                    "        suspects.putAll(mine); // only here\n",
                    ""),
            of(
                    "a copy that is to be mended is not told",
                    REPLICA + "Feeder.java",
                    "link.inSync && link.isDistrusted && nowNs",
                    "!link.inSync && link.isDistrusted && nowNs"),
            of(
                    "the near cache does not look at what the primary answers",
                    NEAR_CACHE + "CachedRead.java",
                    "if (entry != null && answer.seq() == entry.seq()) {",
                    "if (entry != null) {"),
            of(
                    "a client that won wins again when it asks again",
                    REPLICA + "MetaGetRules.java",
                    "(wins ? LogEntry.TOKEN_SENT | LogEntry.WON : 0)",
                    "(wins ? LogEntry.WON : 0)"),
            of(
                    "pipelined writes of one key overtake each other",
                    ROUTE + "KeyOrder.java",
                    "return !writing && (reads == 0 || operation.isRead());",
                    "return true;"),
            of(
                    "operations under way are called settled",
                    ROUTE + "SettledWindow.java",
                    "return lowest;",
                    "return next;"),
            of(
                    "the disk of a server lies about fsync",
                    SIM + "SimDisk.java",
                    "            if (sync == SyncMode.ALWAYS) {\n                syncedEnd = endIndex();\n            }\n",
                    ""));

    private static Variant of(String name, String file, String... texts) {
        List<Edit> edits = new java.util.ArrayList<>();
        for (int i = 0; i < texts.length; i += 2) {
            edits.add(new Edit(texts[i], texts[i + 1]));
        }
        return new Variant(name, file, List.copyOf(edits));
    }

    /** The broken source. */
    String source(Path root) throws IOException {
        String text = Files.readString(root.resolve(file));
        for (Edit edit : edits) {
            int at = text.indexOf(edit.old());
            if (at < 0 || text.indexOf(edit.old(), at + 1) >= 0) {
                throw new IllegalStateException(name + ": not once in " + file + ": " + edit.old());
            }
            text = text.substring(0, at)
                    + edit.fresh()
                    + text.substring(at + edit.old().length());
        }
        return text;
    }
}
