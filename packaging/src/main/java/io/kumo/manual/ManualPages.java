package io.kumo.manual;

import static io.kumo.manual.Roff.bold;
import static io.kumo.manual.Roff.italic;
import static io.kumo.manual.Roff.plain;

import io.kumo.config.OptionParser;
import io.kumo.config.OptionSpec;
import io.kumo.manual.ManualText.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Makes manual pages of programs. */
final class ManualPages {
    private final String date;
    private final String source;

    /** @param version of kumo */
    ManualPages(String date, String version) {
        this.date = date;
        this.source = "kumo " + version;
    }

    /** The page of a program that has options only. */
    String ofProgram(OptionParser program, ManualText text) {
        Roff page = begin(program.summary(), text);
        page.section("SYNOPSIS").text(bold(program.program()) + " " + italics(program.synopsis()));
        description(page, program.summary(), text);
        page.section("OPTIONS");
        String values = ManualTexts.values(Command.useful(program));
        if (!values.isEmpty()) {
            page.text(plain(values));
        }
        Command.useful(program).forEach(spec -> option(page, spec));
        List<OptionSpec<?>> idle = program.specs().stream()
                .filter(spec -> !spec.noEffectReason().isEmpty())
                .toList();
        if (!idle.isEmpty()) {
            page.subsection("Options of kumofs without an effect");
            page.text(plain("They are accepted, with a line on standard error that says so."));
            idle.forEach(spec -> page.tagged(names(spec), plain(capital(spec.noEffectReason()))));
        }
        return end(page, text);
    }

    /** The page of a program that has commands: those to managers first. */
    String ofCommands(String summary, List<Command> commands, ManualText text) {
        List<Command> toManagers = commands.stream().filter(Command::toManager).toList();
        List<Command> others =
                commands.stream().filter(command -> !command.toManager()).toList();
        List<OptionSpec<?>> common = new ArrayList<>(toManagers.get(0).options().specs());
        toManagers.forEach(command -> common.retainAll(command.options().specs()));

        Roff page = begin(summary, text);
        page.section("SYNOPSIS");
        page.text(bold(text.name()) + " " + italics("MANAGER[:PORT] COMMAND [OPTION]... [ARGUMENT]..."));
        others.forEach(command -> page.newLine().text(synopsis(text.name(), command)));
        page.newLine().text(bold(text.name()) + " " + bold("--help") + " | " + bold("--version"));
        description(page, summary, text);
        page.section("COMMANDS TO A MANAGER");
        toManagers.forEach(command -> command(page, synopsis("", command), command, common));
        page.section("OTHER COMMANDS");
        others.forEach(command -> command(page, synopsis("", command), command, List.of()));
        page.section("OPTIONS")
                .text(plain(ManualTexts.values(commands.stream()
                        .flatMap(command -> command.options().specs().stream())
                        .toList())));
        page.paragraph(plain("Each command to a manager takes these, too:"));
        common.forEach(spec -> option(page, spec));
        page.tagged(bold("--help"), plain("Say what a command does and which options it takes."));
        return end(page, text);
    }

    /** The page of a file of options. */
    String ofFiles(List<OptionParser> programs, String summary, ManualText text) {
        Roff page = begin(summary, text);
        description(page, summary, text);
        for (OptionParser program : programs) {
            page.section("OPTIONS OF " + program.program().toUpperCase(Locale.ROOT));
            page.text(plain("What they mean is said in ") + reference(program.program() + "(8)") + ".");
            Command.useful(program).stream()
                    .filter(spec -> !spec.isOnlyOnCommandLine())
                    .forEach(spec -> page.newLine().text(setting(spec)));
        }
        return end(page, text);
    }

    private static String setting(OptionSpec<?> spec) {
        String value = spec.takesArgument() ? spec.argument() : "true|false";
        String times = spec.isRepeatable() ? plain(" (may be on several lines)") : "";
        return bold(spec.name()) + " = " + italic(value) + times;
    }

    private Roff begin(String summary, ManualText text) {
        String line = summary.replaceFirst("\\.( .*)?$", "");
        String lower = line.substring(0, 1).toLowerCase(Locale.ROOT) + line.substring(1);
        return new Roff(text.name(), text.section(), date, source)
                .section("NAME")
                .text(plain(text.name()) + " \\- " + plain(lower));
    }

    private static void description(Roff page, String summary, ManualText text) {
        page.section("DESCRIPTION").text(plain(summary));
        text.description().forEach(each -> {
            if (each.startsWith("    ")) {
                page.example(each.stripIndent());
            } else {
                page.paragraph(plain(each));
            }
        });
    }

    private static void command(Roff page, String synopsis, Command command, List<OptionSpec<?>> common) {
        page.tagged(synopsis, plain(command.options().summary()));
        List<OptionSpec<?>> own = Command.useful(command.options()).stream()
                .filter(spec -> !common.contains(spec))
                .toList();
        if (!own.isEmpty()) {
            page.indented();
            own.forEach(spec -> option(page, spec));
            page.outdented();
        }
    }

    private static void option(Roff page, OptionSpec<?> spec) {
        StringBuilder text = new StringBuilder(spec.help());
        if (spec.isRequired()) {
            text.append(" Required.");
        } else {
            spec.defaultText()
                    .filter(value -> !value.isEmpty())
                    .ifPresent(value -> text.append(" Default: ").append(value).append('.'));
        }
        page.tagged(names(spec), plain(text.toString()));
    }

    private static String end(Roff page, ManualText text) {
        entries(page, "FILES", text.files());
        entries(page, "ENVIRONMENT", text.environment());
        entries(page, "EXIT STATUS", text.exits());
        entries(page, "SIGNALS", text.signals());
        if (!text.examples().isEmpty()) {
            page.section("EXAMPLES");
            boolean first = true;
            for (Entry example : text.examples()) {
                if (first) {
                    page.text(plain(example.title()));
                } else {
                    page.paragraph(plain(example.title()));
                }
                page.example(example.text());
                first = false;
            }
        }
        if (!text.seeAlso().isEmpty()) {
            page.section("SEE ALSO");
            page.text(text.seeAlso().stream().map(ManualPages::reference).collect(Collectors.joining(",\n")));
        }
        return page.page();
    }

    private static void entries(Roff page, String title, List<Entry> entries) {
        if (!entries.isEmpty()) {
            page.section(title);
            entries.forEach(entry -> page.tagged(bold(entry.title()), plain(entry.text())));
        }
    }

    private static String reference(String page) {
        int open = page.indexOf('(');
        return bold(page.substring(0, open)) + page.substring(open);
    }

    private static String synopsis(String program, Command command) {
        String before = program.isEmpty() ? "" : bold(program) + " ";
        String options = program.isEmpty() ? "" : " " + italics("[OPTION]...");
        String arguments = command.arguments().isEmpty() ? "" : " " + italics(command.arguments());
        return before + bold(command.text()) + options + arguments;
    }

    private static String names(OptionSpec<?> spec) {
        String shorts =
                spec.shorts().stream().map(name -> bold("-" + name) + ", ").collect(Collectors.joining());
        return shorts + bold("--" + spec.name()) + (spec.takesArgument() ? "=" + italic(spec.argument()) : "");
    }

    /** Upper-case words stand for something, the others are typed as they are. */
    private static String italics(String synopsis) {
        StringBuilder out = new StringBuilder(synopsis.length() + 32);
        for (String piece : synopsis.split("(?<=[^A-Za-z-])|(?=[^A-Za-z-])")) {
            boolean upper = !piece.isEmpty() && Character.isUpperCase(piece.charAt(0));
            boolean lower = !piece.isEmpty() && (Character.isLowerCase(piece.charAt(0)) || piece.startsWith("--"));
            out.append(upper ? italic(piece) : lower ? bold(piece) : plain(piece));
        }
        return out.toString();
    }

    private static String capital(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + (text.endsWith(".") ? "" : ".");
    }
}
