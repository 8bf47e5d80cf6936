package dev.gantry.cli.volume;

import dev.gantry.api.volume.Volume;
import dev.gantry.cli.Command;
import dev.gantry.cli.Filters;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Listing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Lists volumes.
public final class VolumeLsCommand implements Command {
    private static final Map<String, String> HEADERS = Map.ofEntries(
            Map.entry("Name", "VOLUME NAME"),
            Map.entry("Driver", "DRIVER"),
            Map.entry("Scope", "SCOPE"),
            Map.entry("Mountpoint", "MOUNTPOINT"),
            Map.entry("Labels", "LABELS"),
            Map.entry("Links", "LINKS"),
            Map.entry("Size", "SIZE"),
            Map.entry("Group", "GROUP"),
            Map.entry("Availability", "AVAILABILITY"),
            Map.entry("Status", "STATUS"));
    private static final String NOT_HERE = "N/A";

    @Override
    public CommandLine line() {
        return new CommandLine("volume ls", "", "List volumes")
                .list('f', "filter", "key=value", "Show only volumes with this property: name, label, driver, dangling")
                .text("format", "template", "Print with a Go template, 'table TEMPLATE' or 'json'")
                .toggle('q', "quiet", "Print only names")
                .notYet(List.of("cluster"))
                .takes(0, 0)
                .example("gantry volume ls -f dangling=true")
                .example("gantry volume ls --format '{{.Name}} {{.Labels}}'");
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        List<Volume> volumes = call.engine().volumes(Filters.json(args)).volumes();
        String format = args.text("format");
        if (args.on("quiet") && format.isEmpty()) {
            volumes.forEach(v -> call.print(v.name()));
            return 0;
        }
        List<Map<String, Object>> rows = new ArrayList<>();
        volumes.forEach(v -> rows.add(row(v)));
        call.printRaw(new Listing("{{.Driver}}\t{{.Name}}", HEADERS).print(format, rows));
        return 0;
    }

    private static Map<String, Object> row(Volume v) {
        Map<String, String> labels = new TreeMap<>(v.labels() == null ? Map.of() : v.labels());
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("Name", v.name());
        row.put("Driver", v.driver());
        row.put("Scope", v.scope());
        row.put("Mountpoint", v.mountpoint());
        row.put(
                "Labels",
                labels.entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .collect(Collectors.joining(",")));
        row.put("Links", NOT_HERE);
        row.put("Size", NOT_HERE);
        row.put("Group", NOT_HERE);
        row.put("Availability", NOT_HERE);
        row.put("Status", NOT_HERE);
        Function<String, String> label = name -> labels.getOrDefault(name, "");
        row.put("Label", label);
        return row;
    }
}
