package io.kumo.gateway.memcached;

import io.kumo.base.Bytes;
import io.kumo.gateway.FakeStore;
import io.kumo.protocol.DataMessages.Get;
import io.kumo.protocol.DataMessages.GetResult;
import io.kumo.protocol.DataMessages.Write;
import io.kumo.protocol.DataMessages.WriteResult;
import io.kumo.protocol.WriteKind;
import io.kumo.protocol.WriteOptions;
import io.kumo.protocol.WriteStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** A client's connection with nothing but the parser, a map and the replies: one command after the other. */
final class Talk {
    static final int MAX_VALUE_BYTES = 1 << 20;

    private final TextParser parser = new TextParser(MAX_VALUE_BYTES, TextParser.MAX_KEY_BYTES);
    private final FakeStore store = new FakeStore();
    private final ByteBuf in = Unpooled.buffer();
    private final ByteBuf out = Unpooled.buffer();
    private long swallow;
    private int scanned;
    private int needed;
    private int parses;
    private long counter;
    private boolean closed;

    void hear(byte[] bytes) {
        hear(bytes, 0, bytes.length);
    }

    void hear(byte[] bytes, int from, int to) {
        in.writeBytes(bytes, from, to - from);
        while (!closed && in.isReadable()) {
            if (swallow > 0) {
                int skipped = (int) Math.min(swallow, in.readableBytes());
                in.skipBytes(skipped);
                swallow -= skipped;
                continue;
            }
            if (in.readableBytes() < needed) {
                break;
            }
            parses++;
            ParseResult result = parser.parse(in, in.readerIndex(), scanned);
            scanned = 0;
            needed = 0;
            if (result instanceof ParseResult.Parsed parsed) {
                in.skipBytes(parsed.consumed());
                carryOut(parsed.command());
            } else if (result instanceof ParseResult.Incomplete incomplete) {
                scanned = incomplete.scanned();
                needed = incomplete.atLeast();
            } else if (result instanceof ParseResult.Malformed malformed) {
                in.skipBytes(malformed.consumed());
                swallow = malformed.swallow();
                closed = malformed.close();
                if (!malformed.reply().isEmpty()) {
                    TextReplies.line(out, malformed.reply());
                }
            }
        }
        in.discardReadBytes();
    }

    String said() {
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    boolean isClosed() {
        return closed;
    }

    int held() {
        return in.readableBytes();
    }

    int parses() {
        return parses;
    }

    private void carryOut(Command command) {
        if (command instanceof MetaCommand meta) {
            carryOut(meta);
        } else if (command instanceof Command.Get get) {
            for (Bytes key : get.keys()) {
                GetResult result = store.get(new Get(0, 0, false, key));
                if (result.found()) {
                    value(key, result.flags(), result.cas(), result.value(), get.withCas());
                }
            }
            TextReplies.end(out);
        } else if (command instanceof Command.GetAndTouch gat) {
            for (Bytes key : gat.keys()) {
                WriteResult result = write(WriteKind.GET_AND_TOUCH, key, 0, gat.exptime(), 0, Bytes.EMPTY);
                if (result.status() == WriteStatus.DONE) {
                    value(key, result.flags(), result.cas(), result.value(), gat.withCas());
                }
            }
            TextReplies.end(out);
        } else if (command instanceof Command.Store set) {
            WriteResult result = write(set.kind(), set.key(), set.flags(), set.exptime(), set.cas(), set.value());
            answer(set.kind(), result, set.noreply());
        } else if (command instanceof Command.Delete delete) {
            answer(WriteKind.DELETE, write(WriteKind.DELETE, delete.key(), 0, 0, 0, Bytes.EMPTY), delete.noreply());
        } else if (command instanceof Command.Count count) {
            answer(count.kind(), write(count.kind(), count.key(), 0, 0, count.delta(), Bytes.EMPTY), count.noreply());
        } else if (command instanceof Command.Touch touch) {
            answer(
                    WriteKind.TOUCH,
                    write(WriteKind.TOUCH, touch.key(), 0, touch.exptime(), 0, Bytes.EMPTY),
                    touch.noreply());
        } else if (command instanceof Command.FlushAll flush) {
            answer(
                    WriteKind.FLUSH,
                    write(WriteKind.FLUSH, Bytes.EMPTY, 0, flush.exptime(), 0, Bytes.EMPTY),
                    flush.noreply());
        } else if (command instanceof Command.Verbosity verbosity) {
            if (!verbosity.noreply()) {
                TextReplies.ok(out);
            }
        } else if (command instanceof Command.Noop) {
            TextReplies.noop(out);
        } else if (command instanceof Command.Version) {
            TextReplies.version(out);
        } else if (command instanceof Command.Stats stats) {
            TextReplies.line(out, stats.topic().equals("reset") ? "RESET" : "ERROR");
        } else if (command instanceof Command.Quit) {
            closed = true;
        }
    }

    private void carryOut(MetaCommand meta) {
        if (meta.asksFirst()) {
            GetResult found = store.get(new Get(0, 0, false, meta.key(), meta.wants()));
            if (!meta.needsWrite(found)) {
                WriteStatus status = found.found() ? WriteStatus.UNCHANGED : WriteStatus.NOT_FOUND;
                MetaReplies.answer(
                        out,
                        meta,
                        new WriteResult(status, found.flags(), found.cas(), 0, found.value(), found.details()));
                return;
            }
        }
        Write write = new Write(
                0,
                0,
                1,
                ++counter,
                0,
                meta.kind(),
                false,
                meta.key(),
                meta.clientFlags(),
                meta.exptime(),
                meta.kind() == WriteKind.META_GET ? 0 : meta.cas(),
                meta.delta(),
                meta.value(),
                meta.options());
        MetaReplies.answer(out, meta, store.write(write));
    }

    private WriteResult write(WriteKind kind, Bytes key, int flags, long exptime, long casOrDelta, Bytes value) {
        return store.write(new Write(
                0,
                0,
                1,
                ++counter,
                0,
                kind,
                false,
                key,
                flags,
                exptime,
                kind == WriteKind.CAS ? casOrDelta : 0,
                casOrDelta,
                value,
                WriteOptions.NONE));
    }

    private void answer(WriteKind kind, WriteResult result, boolean noreply) {
        if (!noreply) {
            TextReplies.written(out, kind, result.status(), result.number());
        }
    }

    private void value(Bytes key, int flags, long cas, Bytes value, boolean withCas) {
        if (withCas) {
            TextReplies.valueWithCas(out, key, flags, cas, value);
        } else {
            TextReplies.value(out, key, flags, value);
        }
    }
}
