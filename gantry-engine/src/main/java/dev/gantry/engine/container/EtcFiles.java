package dev.gantry.engine.container;

import dev.gantry.network.address.Ip;
import dev.gantry.network.files.HostsFile;
import dev.gantry.network.files.ResolvConf;
import java.util.List;

/// The three files of `/etc` that are the container's own. Pure: the host's resolver configuration is read already.
final class EtcFiles {
    /// Where a host that has no other address finds its own name.
    private static final Ip SELF = Ip.parse("127.0.1.1");

    private EtcFiles() {}

    static String hostname(String name) {
        return name + "\n";
    }

    /// hosts(5).
    static String hosts(String hostname, ContainerSpec spec, ContainerNetworks.Whereabouts where) {
        HostsFile file = HostsFile.common()
                .addExtra(
                        spec.names().extraHosts().stream()
                                .map(HostsFile.Extra::parse)
                                .toList(),
                        where.host());
        where.others().forEach(other -> file.add(other.address(), other.names()));
        return file.addSelf(hostname, spec.domainname(), where.own().isEmpty() ? List.of(SELF) : where.own())
                .text();
    }

    /// One line of it: the container's own name at an address.
    static String self(Ip ip, String hostname, String domainname) {
        return ip + "\t" + (domainname.isEmpty() ? "" : hostname + "." + domainname + " ") + hostname + "\n";
    }

    /// resolv.conf(5): the host's, with what was asked for in its place. `etc` is the host's file as it is, `host` what
    /// it means outside the host's network.
    static String resolvConf(
            String etc, ResolvConf host, ContainerSpec.Names names, ContainerNetworks.Whereabouts.Names who) {
        boolean asIs = names.dns().isEmpty()
                && names.dnsSearch().isEmpty()
                && names.dnsOptions().isEmpty();
        return switch (who) {
            case AS_HOST -> asIs ? etc : with(ResolvConf.parse(etc), names).text();
            case DIRECT ->
                names.dns().isEmpty()
                        ? with(host, names).direct().text()
                        : with(host, names).text();
            case EMBEDDED -> with(host, names).embedded().text();
        };
    }

    private static ResolvConf with(ResolvConf host, ContainerSpec.Names names) {
        return host.with(names.dns(), names.dnsSearch(), names.dnsOptions());
    }
}
