package io.kumo.process;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;

/** Commands of the text protocol, classic and meta, as a seed has them: most are well formed, some nearly. */
final class RandomLines {
    private static final List<String> TIMES = List.of("0", "0", "100", "1000", "-1", "2592000", "2592001");
    private static final List<String> FLAGS = List.of("0", "0", "1", "32", "65536", "4294967295");
    private static final List<String> DELTAS =
            List.of("0", "1", "2", "9", "90", "1000", "4294967296", "18446744073709551615");
    private static final List<String> ODD =
            List.of("x", "-1", "1x", "-", "18446744073709551616", "99999999999999999999", "1.5", "");
    private static final List<String> BROKEN = List.of(
            "get",
            "gets",
            "gat 0",
            "gat x a",
            "set",
            "set a",
            "set a 0",
            "set a 0 0",
            "set a 0 0 -1",
            "set a x 0 1",
            "cas a 0 0 1",
            "incr",
            "incr a",
            "decr a",
            "delete",
            "delete a 0 1 2",
            "touch",
            "touch a",
            "GET a",
            "nothing",
            "",
            " ",
            "mg",
            "ms",
            "ms a",
            "ms a x",
            "ms a -1",
            "md",
            "ma",
            "me",
            "verbosity 1",
            "verbosity",
            "verbosity x");

    private static final int LONGEST_KEY = 250;

    private final Random random;
    private final List<String> keys;
    private final CasPairs cas;
    private final boolean later;

    /** @param later whether memcached knows flags of 1.6.27 */
    RandomLines(Random random, List<String> keys, CasPairs cas, boolean later) {
        this.later = later;
        this.random = random;
        this.keys = keys;
        this.cas = cas;
    }

    BothBytes next() {
        int kind = random.nextInt(100);
        if (kind < 26) {
            return store();
        } else if (kind < 38) {
            return line(retrieval());
        } else if (kind < 44) {
            return line("delete " + key() + (random.nextInt(8) == 0 ? " 0" : "") + noreply());
        } else if (kind < 50) {
            return line("touch " + key() + " " + number(TIMES) + noreply());
        } else if (kind < 53) {
            return line(any(BROKEN));
        } else if (kind < 70) {
            return meta("mg", "cfhklOqstv" + (later ? "ENRT" : "NRT"), "");
        } else if (kind < 86) {
            String value = value();
            String size = random.nextInt(60) == 0 ? any(ODD) : Integer.toString(value.length());
            return meta("ms", later ? "cCEFIkOqsTM" : "cCFIkOqTM", " " + size).add(value + "\r\n");
        } else if (kind < 97) {
            return meta("md", later ? "CEIkOqTx" : "CIkOqT", "");
        } else {
            return line("me " + key());
        }
    }

    /**
     * Alone in its turn: memcached makes another record while the answer of an mg has this one. Without T, which it
     * forgets if the number gets longer.
     */
    BothBytes nextCount() {
        return random.nextBoolean()
                ? line(any("incr", "decr") + " " + key() + " " + number(DELTAS) + noreply())
                : meta("ma", later ? "cCENJDMqtvkO" : "cCNJDMqtvkO", "");
    }

    /** What there is of each key. */
    BothBytes look() {
        BothBytes looks = new BothBytes();
        keys.forEach(key -> looks.add("mg " + key + " h t f s c v\r\n"));
        return looks;
    }

    private String retrieval() {
        String command = any("get", "get", "gets", "gets", "gat", "gats");
        StringBuilder line = new StringBuilder(command);
        if (command.startsWith("gat")) {
            line.append(' ').append(number(TIMES));
        }
        for (int i = random.nextInt(4); i >= 0; i--) {
            line.append(' ').append(any(keys)); // one that is too long takes the answer of an mg before it along
        }
        return line.toString();
    }

    private BothBytes store() {
        String value = value();
        String command = any("set", "set", "add", "replace", "append", "prepend", "cas", "cas");
        String length = Integer.toString(value.length() + (random.nextInt(60) == 0 ? random.nextInt(3) - 1 : 0));
        BothBytes request =
                new BothBytes().add(command + " " + key() + " " + any(FLAGS) + " " + number(TIMES) + " " + length);
        if (command.equals("cas")) {
            request.add(" ").digits(cas.any(random));
        }
        return request.add(noreply() + "\r\n" + value + "\r\n");
    }

    private BothBytes meta(String command, String flags, String afterKey) {
        boolean encoded = random.nextInt(10) == 0;
        String key = key();
        String named = encoded
                ? Base64.getEncoder().encodeToString((key + "\u0001").getBytes(StandardCharsets.US_ASCII))
                : key;
        BothBytes request = new BothBytes().add(command + " " + named + afterKey);
        List<Character> chosen = new ArrayList<>();
        if (encoded) {
            chosen.add('b');
        }
        for (int i = random.nextInt(6); i > 0; i--) {
            char flag = flags.charAt(random.nextInt(flags.length()));
            if (encoded && flag == 'N') {
                continue; // memcached forgets then that the key is binary
            }
            if (!chosen.contains(flag) || random.nextInt(30) == 0) {
                chosen.add(random.nextInt(chosen.size() + 1), flag);
            }
        }
        if (chosen.contains('N') && chosen.contains('T') && chosen.removeIf(flag -> flag == 't')) {
            chosen.add('t'); // between them memcached tells of the first
        }
        for (char flag : chosen) {
            request.add(" " + flag);
            argument(request, command, flag, chosen);
        }
        return request.add("\r\n");
    }

    private void argument(BothBytes request, String command, char flag, List<Character> chosen) {
        switch (flag) {
            case 'C' -> {
                if (chosen.contains('I')) { // numbers of other keys have another order here
                    request.add(any("1", "999999999999999"));
                } else {
                    request.digits(cas.any(random));
                }
            }
            case 'E' -> request.add(Long.toString(1_000_000_000_000L + random.nextInt(1_000_000)));
            case 'F' -> request.add(any(FLAGS));
            case 'T' -> request.add(any(TIMES));
            case 'N' -> request.add(any("0", "100", "1000", "-1"));
            case 'R' -> request.add(any("0", "30", "200", "2000"));
            case 'J', 'D' -> request.add(number(DELTAS));
            case 'O' -> request.add(any("1", "abc", "opaque"));
            case 'M' ->
                request.add(
                        command.equals("ms")
                                ? any("E", "A", "P", "R", "S", "e", "append", "x", "")
                                : any("I", "+", "D", "-", "i", "decr", "x", ""));
            default -> {}
        }
    }

    private static BothBytes line(String text) {
        return new BothBytes().add(text + "\r\n");
    }

    private String key() {
        int one = random.nextInt(80);
        String key = any(keys);
        return one > 1 ? key : key + "x".repeat(LONGEST_KEY - key.length() + one);
    }

    private String value() {
        return switch (random.nextInt(4)) {
            case 0 -> any("", "0", "1", "9", "10", "99", "18446744073709551615", "18446744073709551616", "12 ", " 5");
            case 1 -> Integer.toString(random.nextInt(1000));
            case 2 -> any("x", "y", "z").repeat(random.nextInt(40));
            default -> any("x", "y", "z").repeat(random.nextInt(2000));
        };
    }

    private String number(List<String> usual) {
        return random.nextInt(40) == 0 ? any(ODD) : any(usual);
    }

    private String noreply() {
        return random.nextInt(10) == 0 ? " noreply" : "";
    }

    private String any(String... texts) {
        return texts[random.nextInt(texts.length)];
    }

    private String any(List<String> texts) {
        return texts.get(random.nextInt(texts.size()));
    }
}
