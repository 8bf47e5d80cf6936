package dev.gantry.network.files;

import dev.gantry.network.address.Ip;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A resolv.conf(5), read: servers, search domains, options, and the lines that are none of these. Pure.
public record ResolvConf(List<String> servers, List<String> search, List<String> options, List<String> others) {
    /// Where the name server of containers listens, inside each of them.
    public static final Ip EMBEDDED = Ip.parse("127.0.0.11");

    public ResolvConf {
        servers = List.copyOf(servers);
        search = List.copyOf(search);
        options = List.copyOf(options);
        others = List.copyOf(others);
    }

    /// Never fails: what is not understood is kept in `others`. Of several `search` or `domain` lines the
    /// last one counts, as resolv.conf(5) has it. A search list of `.` is an empty one.
    public static ResolvConf parse(String text) {
        List<String> servers = new ArrayList<>();
        List<String> search = List.of();
        List<String> options = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            String[] words = line.strip().split("\\s+");
            List<String> rest = Arrays.asList(words).subList(1, words.length);
            switch (words[0]) {
                case "nameserver" -> servers.addAll(rest.stream().limit(1).toList());
                case "search", "domain" ->
                    search = rest.stream().filter(d -> !d.equals(".")).toList();
                case "options" -> options.addAll(rest);
                case "" -> {}
                default -> others.add(line.strip());
            }
        }
        return new ResolvConf(servers, search, options, others);
    }

    /// The host's resolver configuration to start from: `/etc/resolv.conf`, unless it only names a stub
    /// on a loopback address, which means something else in a container, and `systemd` (of
    /// `/run/systemd/resolve`) knows better.
    public static ResolvConf ofHost(String etc, String systemd) {
        ResolvConf host = parse(etc);
        ResolvConf real = parse(systemd);
        boolean stub = !host.servers.isEmpty() && host.servers.stream().allMatch(ResolvConf::isLoopback);
        return stub && real.servers.stream().anyMatch(s -> !isLoopback(s)) ? real : host;
    }

    /// What was asked for in the place of what is there; empty lists leave it. A search list of `.`
    /// empties it.
    public ResolvConf with(List<String> dns, List<String> dnsSearch, List<String> dnsOptions) {
        return new ResolvConf(
                dns.isEmpty() ? servers : dns,
                dnsSearch.isEmpty()
                        ? search
                        : dnsSearch.stream().filter(d -> !d.equals(".")).toList(),
                dnsOptions.isEmpty() ? options : dnsOptions,
                others);
    }

    /// In a container whose names the embedded server answers. Names without a dot are names of
    /// containers, so they are asked as they are first, unless told otherwise.
    public ResolvConf embedded() {
        List<String> withNdots = new ArrayList<>(options);
        if (options.stream().noneMatch(o -> o.startsWith("ndots:"))) {
            withNdots.add("ndots:0");
        }
        return new ResolvConf(List.of(EMBEDDED.toString()), search, withNdots, List.of());
    }

    /// In a container that asks the servers itself: not those that listen on the host's loopback
    /// interface.
    public ResolvConf direct() {
        return new ResolvConf(servers.stream().filter(s -> !isLoopback(s)).toList(), search, options, others);
    }

    /// Whom the embedded server forwards to. It asks from the host's network, where loopback servers can
    /// be asked; itself it must not ask.
    public List<Ip> upstreams() {
        return servers.stream()
                .flatMap(s -> Ip.find(s).stream())
                .filter(ip -> !ip.equals(EMBEDDED))
                .toList();
    }

    private static boolean isLoopback(String server) {
        return Ip.find(server).map(Ip::isLoopback).orElse(false);
    }

    public String text() {
        List<String> lines = new ArrayList<>(others);
        servers.forEach(s -> lines.add("nameserver " + s));
        if (!search.isEmpty()) {
            lines.add("search " + String.join(" ", search));
        }
        if (!options.isEmpty()) {
            lines.add("options " + String.join(" ", options));
        }
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }
}
