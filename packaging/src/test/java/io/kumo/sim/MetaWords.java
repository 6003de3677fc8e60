package io.kumo.sim;

import io.kumo.gateway.memcached.MetaCommand;
import io.kumo.gateway.memcached.ParseResult;
import io.kumo.gateway.memcached.TextParser;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Chooses what clients that speak memcached's meta commands send, and has the gateway's parser read it. */
final class MetaWords {
    private final Random random;
    private final TextParser parser = new TextParser(1 << 20, TextParser.MAX_KEY_BYTES);

    MetaWords(Random random) {
        this.random = random;
    }

    /**
     * One command.
     *
     * @param value of a store, as no other one has it
     * @param seenCas of the record when it was last read; 0 if it was not
     * @param isCounter the key has a number
     */
    MetaCommand choose(String key, String value, long seenCas, boolean isCounter) {
        int dice = random.nextInt(100);
        String line;
        if (dice < 50) {
            line = get(key);
        } else if (dice < 66) {
            line = delete(key, seenCas);
        } else if (isCounter && dice < 92) {
            line = count(key, seenCas);
        } else {
            String data = isCounter ? Integer.toString(random.nextInt(2000)) : value;
            line = store(key, data, seenCas);
        }
        return read(line);
    }

    /** What the parser makes of it. */
    MetaCommand read(String line) {
        var bytes = Unpooled.copiedBuffer(line, StandardCharsets.ISO_8859_1);
        ParseResult parsed = parser.parse(bytes, 0, 0);
        if (parsed instanceof ParseResult.Parsed whole && whole.command() instanceof MetaCommand command) {
            return command;
        }
        throw new IllegalStateException("not a meta command: " + line + parsed);
    }

    private String some(double chance, String flags) {
        return random.nextDouble() < chance ? flags : "";
    }

    private String time(char flag) {
        boolean isPast = random.nextInt(12) == 0;
        return " " + flag + (isPast ? "-1" : random.nextBoolean() ? "0" : MetaModel.EXPTIME_SEC);
    }

    private String get(String key) {
        long atLeast = random.nextBoolean() ? MetaModel.SHORT_SEC : MetaModel.NEVER_SHORT_SEC;
        return "mg " + key + " v c t" + some(0.4, " N" + (random.nextBoolean() ? 0 : MetaModel.EXPTIME_SEC))
                + some(0.15, time('T')) + some(0.4, " R" + atLeast) + "\r\n";
    }

    private String delete(String key, long seenCas) {
        return "md " + key + " c" + some(0.7, " I") + some(0.3, time('T')) + some(0.15, " x")
                + some(seenCas == 0 ? 0 : 0.2, " C" + seenCas) + ownCas() + "\r\n";
    }

    private String count(String key, long seenCas) {
        return "ma " + key + " v c M" + (random.nextInt(4) == 0 ? "D" : "I") + " D" + (1 + random.nextInt(9))
                + some(0.4, " N" + (random.nextBoolean() ? 0 : MetaModel.EXPTIME_SEC) + " J" + random.nextInt(200))
                + some(seenCas == 0 ? 0 : 0.15, " C" + seenCas) + some(0.1, time('T')) + ownCas() + "\r\n";
    }

    private String store(String key, String data, long seenCas) {
        char mode = "SSSSERAP".charAt(random.nextInt(8));
        boolean isJoin = mode == 'A' || mode == 'P';
        return "ms " + key + " " + data.length() + " c M" + mode + some(isJoin ? 0 : 0.5, time('T'))
                + some(isJoin ? 0.4 : 0, " N" + MetaModel.EXPTIME_SEC)
                + some(seenCas == 0 ? 0 : 0.4, " C" + seenCas + some(0.5, " I"))
                + ownCas() + "\r\n" + data + "\r\n";
    }

    /** Below all that servers choose. */
    private String ownCas() {
        return some(0.1, " E" + (1 + random.nextInt(50_000)));
    }
}
