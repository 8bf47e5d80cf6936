package dev.gantry.engine.container;

import dev.gantry.network.address.Ip;
import dev.gantry.network.files.HostsFile;
import dev.gantry.network.files.ResolvConf;
import java.util.List;

/// The three files of `/etc` that are the container's own. Pure: the host's resolver configuration comes as
/// text.
final class EtcFiles {
    /// Where a host that has no other address finds its own name.
    private static final Ip SELF = Ip.parse("127.0.1.1");

    private EtcFiles() {}

    static String hostname(String name) {
        return name + "\n";
    }

    /// hosts(5). `extra` are `name:address`; `host-gateway` has no meaning without a network.
    static String hosts(String hostname, String domainname, List<String> extra) {
        return HostsFile.common()
                .addExtra(extra.stream().map(HostsFile.Extra::parse).toList(), List.of())
                .addSelf(hostname, domainname, List.of(SELF))
                .text();
    }

    /// resolv.conf(5): the host's, with what was asked for in its place.
    static String resolvConf(String hosts, ContainerSpec.Names names) {
        boolean asHost = names.dns().isEmpty()
                && names.dnsSearch().isEmpty()
                && names.dnsOptions().isEmpty();
        return asHost
                ? hosts
                : ResolvConf.parse(hosts)
                        .with(names.dns(), names.dnsSearch(), names.dnsOptions())
                        .text();
    }
}
