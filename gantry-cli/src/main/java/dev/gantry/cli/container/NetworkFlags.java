package dev.gantry.cli.container;

import dev.gantry.api.container.HostConfig;
import dev.gantry.api.network.EndpointIpamConfig;
import dev.gantry.api.network.EndpointSettings;
import dev.gantry.api.network.NetworkingConfig;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The flags about networks that `run` and `create` share.
final class NetworkFlags {
    private static final String LONG =
            "name=…[,alias=…][,ip=…][,ip6=…][,mac-address=…][,link-local-ip=…][,driver-opt=…][,gw-priority=…]";

    private NetworkFlags() {}

    static CommandLine addTo(CommandLine line) {
        return line.list("expose", "port[/protocol]", "The container listens there")
                .text("ip", "address", "IPv4 address in its network")
                .text("ip6", "address", "IPv6 address in its network")
                .list("link", "container[:name]", "Call another container by this name")
                .list("link-local-ip", "address", "Further link-local address")
                .text("mac-address", "address", "Hardware address in its network")
                .list("network", "network", "Network: bridge, none, host, or one of yours; or " + LONG)
                .alsoCalled("network", "net")
                .list("network-alias", "name", "Another name in its network")
                .alsoCalled("network-alias", "net-alias")
                .list('p', "publish", "[address:][port:]port", "Publish a port of the container on the host")
                .toggle('P', "publish-all", "Publish every port that is exposed");
    }

    /// One `--network`.
    private record Wanted(String name, Map<String, List<String>> fields) {
        String one(String key) {
            List<String> values = fields.getOrDefault(key, List.of());
            return values.isEmpty() ? "" : values.getLast();
        }

        List<String> all(String key) {
            return fields.getOrDefault(key, List.of());
        }
    }

    static HostConfig.Builder host(Parsed args, HostConfig.Builder host) {
        List<Wanted> networks = networks(args);
        return host.networkMode(
                        networks.isEmpty() ? "default" : networks.getFirst().name())
                .portBindings(Publish.of(args).bindings())
                .publishAllPorts(args.on("publish-all"))
                .links(args.isGiven("link") ? args.list("link") : null);
    }

    /// The places in networks, by name; null when none is described.
    static @Nullable NetworkingConfig networking(Parsed args) {
        List<Wanted> networks = networks(args);
        Map<String, EndpointSettings> all = new LinkedHashMap<>();
        for (Wanted w : networks) {
            if (all.put(w.name(), settings(args, w)) != null) {
                throw args.wrong("network \"" + w.name() + "\" is specified multiple times");
            }
        }
        EndpointSettings described = withPlain(
                args, networks.isEmpty() ? null : all.get(networks.getFirst().name()));
        if (described != null) {
            all.put(networks.isEmpty() ? "default" : networks.getFirst().name(), described);
        }
        return all.isEmpty() ? null : new NetworkingConfig(all);
    }

    private static List<Wanted> networks(Parsed args) {
        List<Wanted> all = new ArrayList<>();
        for (String text : args.list("network")) {
            all.add(text.contains("=") ? read(args, text) : new Wanted(text, Map.of()));
        }
        return all;
    }

    private static Wanted read(Parsed args, String text) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            String key = equals < 0 ? part : part.substring(0, equals).strip();
            if (equals < 0
                    || !List.of(
                                    "name",
                                    "alias",
                                    "ip",
                                    "ip6",
                                    "mac-address",
                                    "link-local-ip",
                                    "driver-opt",
                                    "gw-priority")
                            .contains(key)) {
                throw args.wrong("--network has no field '" + part + "': write " + LONG);
            }
            fields.computeIfAbsent(key, _ -> new ArrayList<>())
                    .add(part.substring(equals + 1).strip());
        }
        List<String> names = fields.getOrDefault("name", List.of());
        if (names.size() != 1 || names.getFirst().isEmpty()) {
            throw args.wrong("--network " + text + " names no network: write " + LONG);
        }
        return new Wanted(names.getFirst(), fields);
    }

    private static EndpointSettings settings(Parsed args, Wanted w) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String option : w.all("driver-opt")) {
            int equals = option.indexOf('=');
            if (equals <= 0) {
                throw args.wrong("driver-opt is key=value, not '" + option + "'");
            }
            options.put(option.substring(0, equals), option.substring(equals + 1));
        }
        String priority = w.one("gw-priority");
        if (!priority.matches("|-?[0-9]{1,9}")) {
            throw args.wrong("gw-priority is a number, not '" + priority + "'");
        }
        return EndpointSettings.builder()
                .aliases(orNull(w.all("alias")))
                .ipamConfig(ipam(w.one("ip"), w.one("ip6"), w.all("link-local-ip")))
                .macAddress(w.one("mac-address"))
                .driverOpts(options.isEmpty() ? null : options)
                .gwPriority(priority.isEmpty() ? 0 : Integer.parseInt(priority))
                .build();
    }

    /// The flags of their own speak of the first network; null when they say nothing.
    private static @Nullable EndpointSettings withPlain(Parsed args, @Nullable EndpointSettings first) {
        List<String> aliases = args.list("network-alias");
        EndpointIpamConfig ipam = ipam(args.text("ip"), args.text("ip6"), args.list("link-local-ip"));
        boolean said = !aliases.isEmpty() || ipam != null || args.isGiven("mac-address") || args.isGiven("link");
        if (!said) {
            return first;
        }
        EndpointSettings base = first == null ? EndpointSettings.builder().build() : first;
        refuseTwice(args, base.aliases() != null && !aliases.isEmpty(), "--network-alias", "alias");
        refuseTwice(args, base.ipamConfig() != null && ipam != null, "--ip, --ip6 or --link-local-ip", "address");
        refuseTwice(args, !base.macAddress().isEmpty() && args.isGiven("mac-address"), "--mac-address", "MAC address");
        EndpointSettings.Builder all = base.toBuilder();
        if (!aliases.isEmpty()) {
            all.aliases(aliases);
        }
        if (ipam != null) {
            all.ipamConfig(ipam);
        }
        if (args.isGiven("mac-address")) {
            all.macAddress(args.text("mac-address"));
        }
        return all.links(orNull(args.list("link"))).build();
    }

    private static void refuseTwice(Parsed args, boolean twice, String flag, String what) {
        if (twice) {
            throw args.wrong("conflicting options: cannot specify both " + flag + " and per-network " + what);
        }
    }

    private static @Nullable EndpointIpamConfig ipam(String ip, String ip6, List<String> linkLocal) {
        return ip.isEmpty() && ip6.isEmpty() && linkLocal.isEmpty()
                ? null
                : new EndpointIpamConfig(
                        ip.isEmpty() ? null : ip, ip6.isEmpty() ? null : ip6, linkLocal.isEmpty() ? null : linkLocal);
    }

    private static @Nullable List<String> orNull(List<String> texts) {
        return texts.isEmpty() ? null : texts;
    }
}
