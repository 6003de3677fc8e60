package io.kumo.manual;

import io.kumo.config.ConfigText;
import io.kumo.config.OptionParser;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that is made of the programs' definitions: manual pages, completion and files of options, as texts by the
 * path where they belong.
 *
 * @param manager the program kumo-manager
 * @param server the program kumo-server
 * @param gateway the program kumo-gateway
 * @param control the commands of kumoctl
 * @param tools other programs that come with it
 * @param operator what kumoctl takes from a file
 */
public record Documentation(
        OptionParser manager,
        OptionParser server,
        OptionParser gateway,
        List<Command> control,
        List<Command> tools,
        OptionParser operator) {
    private static final String KUMOCTL = "kumoctl";

    /** What packages set: a cluster of one host that listens on nothing but the loopback. */
    private static final Map<String, String> MANAGER_SETTINGS =
            Map.of("listen", "localhost", "data", "/var/lib/kumo/manager");

    private static final Map<String, String> SERVER_SETTINGS =
            Map.of("listen", "127.0.0.1", "manager1", "localhost", "store", "/var/lib/kumo/server");

    private static final Map<String, String> GATEWAY_SETTINGS =
            Map.of("manager1", "localhost", "memproto-text", "127.0.0.1:11411");

    /** What the file of kumoctl begins with. */
    private static final String OPERATOR_HEAD = """
            # Where the operator's key or certificate is, for a command of kumoctl that does not say it. See kumoctl(1).
            # ~/.kumoctl.conf, or the file that KUMOCTL_CONF names, counts instead of this one where it is there.
            # Everybody may read this file; the key itself is for its owner, or a group of operators, alone to read.
            """;

    /** Summary of kumoctl. */
    private static final String CONTROL_SUMMARY = "Shows and changes the state of a kumo cluster.";

    public Documentation {
        control = List.copyOf(control);
        tools = List.copyOf(tools);
    }

    /**
     * The files, by their paths.
     *
     * @param version of kumo
     * @param date that manual pages have
     */
    public Map<String, String> files(String version, String date) {
        Map<String, String> files = new LinkedHashMap<>();
        ManualPages pages = new ManualPages(date, version);
        addDaemon(files, pages, manager, ManualTexts.manager());
        addDaemon(files, pages, server, ManualTexts.server());
        addDaemon(files, pages, gateway, ManualTexts.gateway());
        String summary = "Files with options of kumo-manager, kumo-server and kumo-gateway.";
        files.put("man/man5/kumo.conf.5", pages.ofFiles(programs(), summary, ManualTexts.configuration()));
        files.put("man/man1/kumoctl.1", pages.ofCommands(CONTROL_SUMMARY, control, ManualTexts.control()));
        files.put("completion/bash/kumoctl", BashCompletion.ofCommands(KUMOCTL, control));
        files.put("completion/zsh/_kumoctl", ZshCompletion.ofCommands(KUMOCTL, control));
        for (Command tool : tools) {
            files.put("man/man1/" + tool.text() + ".1", pages.ofProgram(tool.options(), ManualTexts.tool(tool.text())));
            files.put("completion/bash/" + tool.text(), BashCompletion.ofTool(tool));
            files.put("completion/zsh/_" + tool.text(), ZshCompletion.ofTool(tool));
        }
        files.put("etc/manager.conf", ConfigText.template(manager, MANAGER_SETTINGS));
        files.put("etc/server.conf", ConfigText.template(server, SERVER_SETTINGS));
        files.put("etc/gateway.conf", ConfigText.template(gateway, GATEWAY_SETTINGS));
        files.put("etc/kumoctl.conf", ConfigText.template(OPERATOR_HEAD, operator, Map.of()));
        return files;
    }

    private List<OptionParser> programs() {
        return List.of(manager, server, gateway);
    }

    private static void addDaemon(Map<String, String> files, ManualPages pages, OptionParser program, ManualText text) {
        files.put("man/man8/" + program.program() + ".8", pages.ofProgram(program, text));
        files.put("completion/bash/" + program.program(), BashCompletion.ofProgram(program));
        files.put("completion/zsh/_" + program.program(), ZshCompletion.ofProgram(program));
    }
}
