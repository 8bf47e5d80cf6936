package dev.gantry.cli.network;

import dev.gantry.api.network.NetworkSummary;
import dev.gantry.cli.Command;
import dev.gantry.cli.Filters;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Listing;
import dev.gantry.cli.format.Words;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// Lists networks.
public final class NetworkLsCommand implements Command {
    private static final Map<String, String> HEADERS = Map.of(
            "ID",
            "NETWORK ID",
            "Name",
            "NAME",
            "Driver",
            "DRIVER",
            "Scope",
            "SCOPE",
            "IPv4",
            "IPV4",
            "IPv6",
            "IPV6",
            "Internal",
            "INTERNAL",
            "Labels",
            "LABELS",
            "CreatedAt",
            "CREATED AT");

    @Override
    public CommandLine line() {
        return new CommandLine("network ls", "", "List networks")
                .list(
                        'f',
                        "filter",
                        "key=value",
                        "Show only networks with this property: dangling, driver, id, label, name, scope, type")
                .text("format", "template", "Print with a Go template, 'table TEMPLATE' or 'json'")
                .toggle("no-trunc", "Print whole ids")
                .toggle('q', "quiet", "Print only ids")
                .takes(0, 0);
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        boolean whole = args.on("no-trunc");
        List<NetworkSummary> networks = call.engine().networks(Filters.json(args));
        String format = args.text("format");
        if (args.on("quiet") && format.isEmpty()) {
            networks.forEach(n -> call.print(whole ? n.id() : Words.shortId(n.id())));
            return 0;
        }
        List<Map<String, Object>> rows = new ArrayList<>();
        networks.forEach(n -> rows.add(row(n, whole, call.caller().zone())));
        call.printRaw(new Listing("{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}", HEADERS).print(format, rows));
        return 0;
    }

    private static Map<String, Object> row(NetworkSummary n, boolean whole, ZoneId zone) {
        Map<String, String> labels = new TreeMap<>(n.labels());
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("ID", whole ? n.id() : Words.shortId(n.id()));
        row.put("Name", n.name());
        row.put("Driver", n.driver());
        row.put("Scope", n.scope());
        row.put("IPv4", Boolean.toString(n.enableIpv4()));
        row.put("IPv6", Boolean.toString(n.enableIpv6()));
        row.put("Internal", Boolean.toString(n.internal()));
        row.put(
                "Labels",
                labels.entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .collect(Collectors.joining(",")));
        row.put("Label", (UnaryOperator<String>) name -> labels.getOrDefault(name, ""));
        row.put("CreatedAt", Words.stamp(Instant.parse(n.created()).getEpochSecond(), zone));
        return row;
    }
}
