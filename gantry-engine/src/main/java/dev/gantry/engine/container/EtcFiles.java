package dev.gantry.engine.container;

import java.util.ArrayList;
import java.util.List;

/// The three files of `/etc` that are the container's own. Pure: the host's resolver configuration comes as text.
final class EtcFiles {
    private EtcFiles() {}

    static String hostname(String name) {
        return name + "\n";
    }

    /// hosts(5). `extra` are `name:address`; `host-gateway` has no meaning without a network.
    static String hosts(String hostname, String domainname, List<String> extra) {
        StringBuilder text = new StringBuilder("""
                127.0.0.1\tlocalhost
                ::1\tlocalhost ip6-localhost ip6-loopback
                fe00::\tip6-localnet
                ff00::\tip6-mcastprefix
                ff02::1\tip6-allnodes
                ff02::2\tip6-allrouters
                """);
        for (String entry : extra) {
            int colon = entry.indexOf(':');
            if (colon > 0) {
                text.append(entry, colon + 1, entry.length())
                        .append('\t')
                        .append(entry, 0, colon)
                        .append('\n');
            }
        }
        String full = domainname.isEmpty() ? hostname : hostname + "." + domainname + " " + hostname;
        return text.append("127.0.1.1\t").append(full).append('\n').toString();
    }

    /// resolv.conf(5): the host's, with what was asked for in its place.
    static String resolvConf(String hosts, ContainerSpec.Names names) {
        if (names.dns().isEmpty()
                && names.dnsSearch().isEmpty()
                && names.dnsOptions().isEmpty()) {
            return hosts;
        }
        List<String> lines = new ArrayList<>();
        for (String line : hosts.split("\n", -1)) {
            boolean replaced = (line.startsWith("nameserver") && !names.dns().isEmpty())
                    || ((line.startsWith("search") || line.startsWith("domain"))
                            && !names.dnsSearch().isEmpty())
                    || (line.startsWith("options") && !names.dnsOptions().isEmpty());
            if (!replaced && !line.isBlank()) {
                lines.add(line);
            }
        }
        names.dns().forEach(server -> lines.add("nameserver " + server));
        if (!names.dnsSearch().isEmpty()) {
            lines.add("search " + String.join(" ", names.dnsSearch()));
        }
        if (!names.dnsOptions().isEmpty()) {
            lines.add("options " + String.join(" ", names.dnsOptions()));
        }
        return String.join("\n", lines) + "\n";
    }
}
