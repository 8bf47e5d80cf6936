package dev.gantry.cli.plugin;

import dev.gantry.api.plugin.Plugin;
import dev.gantry.cli.Command;
import dev.gantry.cli.Filters;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Listing;
import dev.gantry.cli.format.Words;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Lists plugins.
public final class PluginLsCommand implements Command {
    private static final Map<String, String> HEADERS = Map.of(
            "ID", "ID", "Name", "NAME", "Description", "DESCRIPTION", "Enabled", "ENABLED", "PluginReference", "IMAGE");
    private static final int DESCRIPTION = 45;

    @Override
    public CommandLine line() {
        return new CommandLine("plugin ls", "", "List plugins")
                .list('f', "filter", "key=value", "Show only plugins with this property: enabled, capability")
                .text("format", "template", "Print with a Go template, 'table TEMPLATE' or 'json'")
                .toggle("no-trunc", "Print all of ids and descriptions")
                .toggle('q', "quiet", "Print only ids")
                .takes(0, 0);
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        boolean whole = args.on("no-trunc");
        List<Plugin> plugins = call.engine().plugins(Filters.json(args));
        String format = args.text("format");
        if (args.on("quiet") && format.isEmpty()) {
            plugins.forEach(p -> call.print(whole ? p.id() : Words.shortId(p.id())));
            return 0;
        }
        List<Map<String, Object>> rows = new ArrayList<>();
        plugins.forEach(p -> rows.add(row(p, whole)));
        call.printRaw(new Listing("{{.ID}}\t{{.Name}}\t{{.Description}}\t{{.Enabled}}", HEADERS).print(format, rows));
        return 0;
    }

    private static Map<String, Object> row(Plugin p, boolean whole) {
        String description = p.description().replace('\n', ' ').replace('\r', ' ');
        boolean cut = !whole && description.length() > DESCRIPTION;
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("ID", whole ? p.id() : Words.shortId(p.id()));
        row.put("Name", p.name());
        row.put("Description", cut ? description.substring(0, DESCRIPTION - 1) + "…" : description);
        row.put("Enabled", p.enabled());
        row.put("PluginReference", p.pluginReference());
        return row;
    }
}
