package dev.gantry.cli.container;

import dev.gantry.api.container.PortBinding;
import dev.gantry.api.json.Empty;
import dev.gantry.cli.flag.Parsed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The flags `--publish` and `--expose` as the Engine API wants them. What the numbers may be is the engine's to say.
final class Publish {
    /// Ports from `first` to `last`.
    private record Range(int first, int last) {
        int size() {
            return last - first + 1;
        }
    }

    private final Parsed args;
    private final Map<String, List<PortBinding>> bindings = new LinkedHashMap<>();
    private final Map<String, Empty> exposed = new LinkedHashMap<>();

    private Publish(Parsed args) {
        this.args = args;
    }

    static Publish of(Parsed args) {
        Publish all = new Publish(args);
        all.addAll(args.list("publish"));
        for (String text : args.list("expose")) {
            int slash = text.indexOf('/');
            Range range = all.range(slash < 0 ? text : text.substring(0, slash), text);
            for (int port = range.first(); port <= range.last(); port++) {
                all.exposed.put(
                        port + "/" + (slash < 0 ? "tcp" : all.protocol(text.substring(slash + 1), text)), new Empty());
            }
        }
        return all;
    }

    /// The ports that another flag names.
    static Map<String, List<PortBinding>> bindings(Parsed args, String flag) {
        Publish all = new Publish(args);
        all.addAll(args.list(flag));
        return all.bindings;
    }

    private void addAll(List<String> texts) {
        texts.forEach(text -> add(text.contains("=") ? plain(text) : text));
    }

    Map<String, List<PortBinding>> bindings() {
        return bindings;
    }

    /// What is published is exposed, too.
    Map<String, Empty> exposed() {
        Map<String, Empty> all = new LinkedHashMap<>(exposed);
        bindings.keySet().forEach(port -> all.put(port, new Empty()));
        return all;
    }

    /// The long form, `published=8080,target=80,protocol=tcp`, as the short one.
    private String plain(String text) {
        Map<String, String> parts = new LinkedHashMap<>();
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals <= 0) {
                throw wrong(text, "'" + part + "' is not key=value");
            }
            parts.put(part.substring(0, equals), part.substring(equals + 1));
        }
        String mode = parts.getOrDefault("mode", "host");
        for (String key : parts.keySet()) {
            if (!List.of("target", "published", "protocol", "mode").contains(key)) {
                throw wrong(text, "there is no field '" + key + "'");
            }
        }
        if (!parts.containsKey("target") || !List.of("host", "ingress").contains(mode)) {
            throw wrong(text, "it needs target=PORT, and the mode is host");
        }
        String published = parts.getOrDefault("published", "");
        return (published.isEmpty() ? "" : published + ":") + parts.get("target") + "/"
                + parts.getOrDefault("protocol", "tcp");
    }

    /// `[address:][host port:]port[/protocol]`, ports or ranges.
    private void add(String text) {
        int slash = text.indexOf('/');
        String protocol = slash < 0 ? "tcp" : protocol(text.substring(slash + 1), text);
        String ports = slash < 0 ? text : text.substring(0, slash);
        int last = ports.lastIndexOf(':');
        Range inside = range(ports.substring(last + 1), text);
        String before = last < 0 ? "" : ports.substring(0, last);
        int colon = before.lastIndexOf(':');
        boolean bracketed = before.startsWith("[") && before.endsWith("]");
        String address = bracketed ? before : colon < 0 ? "" : before.substring(0, colon);
        String outside = bracketed ? "" : before.substring(colon + 1);
        if (address.startsWith("[") && address.endsWith("]")) {
            address = address.substring(1, address.length() - 1);
        }
        Range host = outside.isEmpty() ? new Range(0, -1) : range(outside, text);
        if (inside.size() > 1 && host.size() > 0 && host.size() != inside.size()) {
            throw wrong(text, "invalid ranges specified for container and host ports");
        }
        for (int i = 0; i < inside.size(); i++) {
            String port = outside.isEmpty() || inside.size() == 1 ? outside : Integer.toString(host.first() + i);
            bindings.computeIfAbsent(inside.first() + i + "/" + protocol, _ -> new ArrayList<>())
                    .add(new PortBinding(address, port));
        }
    }

    private String protocol(String word, String text) {
        String plain = word.toLowerCase(java.util.Locale.ROOT);
        if (!List.of("tcp", "udp", "sctp").contains(plain)) {
            throw wrong(text, "invalid protocol '" + word + "'");
        }
        return plain;
    }

    private Range range(String ports, String text) {
        if (!ports.matches("[0-9]{1,5}(-[0-9]{1,5})?")) {
            throw wrong(text, ports.isEmpty() ? "no port specified" : "invalid port '" + ports + "'");
        }
        int dash = ports.indexOf('-');
        int first = Integer.parseInt(dash < 0 ? ports : ports.substring(0, dash));
        int last = dash < 0 ? first : Integer.parseInt(ports.substring(dash + 1));
        if (last < first || last > 65_535) {
            throw wrong(text, "invalid port range '" + ports + "'");
        }
        return new Range(first, last);
    }

    private RuntimeException wrong(String text, String why) {
        return args.wrong(why + " in '" + text + "': write [ADDRESS:][HOST PORT:]PORT[/PROTOCOL]");
    }
}
