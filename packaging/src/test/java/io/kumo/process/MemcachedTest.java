package io.kumo.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * One of memcached's own tests and what becomes of it with a gateway, as {@code memcached/tests.txt} says.
 *
 * @param without lines, each left out with what follows in its block
 * @param failing numbers of the tests in it that may fail
 * @param why these may, or why it does not apply; empty if all of it passes
 */
public record MemcachedTest(String name, How how, List<String> without, Set<Integer> failing, String why) {
    /** How it is run. */
    public enum How {
        /** Against a gateway that others use before and after it. */
        SHARED,
        /** The same, but it takes long. */
        LONG,
        /** It starts its gateways itself. */
        OWN,
        /** The same, at the same time as others. */
        BESIDE,
        /** The same, with Unix sockets. */
        UNIX,
        /** It does not apply. */
        NO
    }

    private static final String LIST = "/memcached/tests.txt";
    private static final String VERSION = "version ";

    /** The version of memcached that the list is of. */
    public static String version() {
        return lines().stream()
                .filter(line -> line.startsWith(VERSION))
                .findFirst()
                .orElseThrow()
                .substring(VERSION.length());
    }

    /** All of that version. */
    public static List<MemcachedTest> all() {
        List<MemcachedTest> all = new ArrayList<>();
        for (String line : lines()) {
            if (!line.startsWith("#") && line.contains("|")) {
                all.add(parse(line.split("\\|", -1)));
            }
        }
        return all;
    }

    private static MemcachedTest parse(String[] columns) {
        String[] how = columns[1].strip().split(" without ", 2);
        Set<Integer> failing = new TreeSet<>();
        for (String number : columns[2].strip().split(" ")) {
            if (!number.isEmpty()) {
                failing.add(Integer.parseInt(number));
            }
        }
        return new MemcachedTest(
                columns[0].strip(),
                How.valueOf(how[0].toUpperCase(Locale.ROOT)),
                how.length > 1 ? List.of(how[1].split(" and ")) : List.of(),
                failing,
                columns[3].strip());
    }

    private static List<String> lines() {
        try (InputStream text = MemcachedTest.class.getResourceAsStream(LIST)) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean startsItsGateways() {
        return how == How.OWN || isBeside();
    }

    boolean isBeside() {
        return how == How.BESIDE || how == How.UNIX;
    }

    /** The part of a document that tells of them all. */
    public static String markdown() {
        StringBuilder pass = new StringBuilder();
        StringBuilder rest = new StringBuilder("| test | |\n| --- | --- |\n");
        for (MemcachedTest test : all()) {
            if (test.how == How.NO) {
                rest.append("| ")
                        .append(test.name)
                        .append(" | not run: ")
                        .append(test.why)
                        .append(" |\n");
            } else if (test.why.isEmpty()) {
                pass.append(pass.isEmpty() ? "" : ", ").append(test.name);
                pass.append(
                        test.how == How.LONG
                                ? " (16,629 checks; only with `-Dmemcached.long=true`, as it takes minutes)"
                                : "");
            } else {
                String numbers = test.failing.toString().replaceAll("[\\[\\]]", "");
                rest.append("| ").append(test.name).append(" | passes but for ");
                rest.append(numbers.isEmpty() ? "what is left out" : numbers);
                rest.append(": ").append(test.why).append(" |\n");
            }
        }
        return "All of these pass: " + pass + ".\n\n" + rest;
    }
}
