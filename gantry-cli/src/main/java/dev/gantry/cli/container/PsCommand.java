package dev.gantry.cli.container;

import dev.gantry.api.container.ContainerSummary;
import dev.gantry.api.container.MountPoint;
import dev.gantry.api.container.Port;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Command;
import dev.gantry.cli.Filters;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Json;
import dev.gantry.cli.format.Listing;
import dev.gantry.cli.format.Words;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// Lists containers.
public final class PsCommand implements Command {
    private static final String TABLE =
            "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}";
    private static final Map<String, String> HEADERS = Map.ofEntries(
            Map.entry("ID", "CONTAINER ID"),
            Map.entry("Names", "NAMES"),
            Map.entry("Image", "IMAGE"),
            Map.entry("Command", "COMMAND"),
            Map.entry("CreatedAt", "CREATED AT"),
            Map.entry("RunningFor", "CREATED"),
            Map.entry("Ports", "PORTS"),
            Map.entry("State", "STATE"),
            Map.entry("Status", "STATUS"),
            Map.entry("Labels", "LABELS"),
            Map.entry("Mounts", "MOUNTS"),
            Map.entry("LocalVolumes", "LOCAL VOLUMES"),
            Map.entry("Networks", "NETWORKS"),
            Map.entry("Size", "SIZE"));

    @Override
    public CommandLine line() {
        return new CommandLine("ps", "", "List containers")
                .toggle('a', "all", "Show stopped containers too")
                .list('f', "filter", "key=value", "Show only containers with this property")
                .text("format", "template", "Print with a Go template, 'table TEMPLATE' or 'json'")
                .text('n', "last", "count", "Show this many, the latest created, whatever their state")
                .toggle('l', "latest", "Show the latest created, whatever its state")
                .toggle("no-trunc", "Do not shorten what is printed")
                .toggle('q', "quiet", "Print only ids")
                .toggle('s', "size", "Show how much they have written, and with their images")
                .takes(0, 0)
                .example("gantry ps -a --filter status=exited")
                .example("gantry ps --format '{{.Names}}: {{.Status}}'");
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        String limit = args.on("latest")
                ? "1"
                : args.number("last").map(n -> n > 0 ? "" + n : "").orElse("");
        String format = args.text("format");
        boolean sizes = args.on("size") || format.contains(".Size");
        List<ContainerSummary> containers = call.engine().containers(args.on("all"), limit, sizes, Filters.json(args));
        boolean whole = args.on("no-trunc");
        if (args.on("quiet") && format.isEmpty()) {
            containers.forEach(c -> call.print(whole ? c.id() : Words.shortId(c.id())));
            return 0;
        }
        List<Map<String, Object>> rows = new ArrayList<>();
        containers.forEach(c -> rows.add(row(c, whole, call.caller())));
        call.printRaw(new Listing(args.on("size") ? TABLE + "\t{{.Size}}" : TABLE, HEADERS).print(format, rows));
        return 0;
    }

    private static Map<String, Object> row(ContainerSummary c, boolean whole, Caller caller) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("ID", whole ? c.id() : Words.shortId(c.id()));
        row.put(
                "Names",
                c.names().stream()
                        .map(n -> n.startsWith("/") ? n.substring(1) : n)
                        .collect(Collectors.joining(",")));
        row.put("Image", whole || !c.image().startsWith("sha256:") ? c.image() : Words.shortId(c.image()));
        row.put("Command", Json.write(whole ? c.command() : Words.shorten(c.command(), 20)));
        row.put("CreatedAt", Words.stamp(c.created(), caller.zone()));
        row.put("RunningFor", Words.ago(caller.now(), c.created()));
        row.put("Ports", c.ports().stream().map(PsCommand::port).collect(Collectors.joining(", ")));
        row.put("State", c.state());
        row.put("Status", c.status());
        row.put("Size", size(c));
        Map<String, String> labels = new TreeMap<>(c.labels());
        row.put(
                "Labels",
                labels.entrySet().stream()
                        .map(l -> l.getKey() + "=" + l.getValue())
                        .collect(Collectors.joining(",")));
        row.put("Label", (UnaryOperator<String>) name -> labels.getOrDefault(name, ""));
        row.put(
                "Mounts",
                c.mounts().stream()
                        .map(PsCommand::mount)
                        .map(m -> whole ? m : Words.shorten(m, 15))
                        .collect(Collectors.joining(",")));
        row.put(
                "LocalVolumes",
                Long.toString(c.mounts().stream()
                        .filter(m -> "local".equals(m.driver()))
                        .count()));
        row.put(
                "Networks",
                c.networkSettings().networks().keySet().stream().sorted().collect(Collectors.joining(",")));
        return row;
    }

    /// What it has written, and that with its image.
    private static String size(ContainerSummary c) {
        String written = Words.size(c.sizeRw() == null ? 0 : c.sizeRw());
        return c.sizeRootFs() == null || c.sizeRootFs() == 0
                ? written
                : written + " (virtual " + Words.size(c.sizeRootFs()) + ")";
    }

    private static String mount(MountPoint mount) {
        String name = mount.name();
        return name == null || name.isEmpty() ? mount.source() : name;
    }

    private static String port(Port p) {
        String inside = p.privatePort() + "/" + p.type();
        if (p.publicPort() == null) {
            return inside;
        }
        return (p.ip() == null ? "" : p.ip() + ":") + p.publicPort() + "->" + inside;
    }
}
