package dev.gantry.network.driver;

import dev.gantry.linux.Linux;
import dev.gantry.linux.netlink.NetlinkError;
import dev.gantry.linux.netlink.nftables.Nftables;
import dev.gantry.network.firewall.ResolverTable;
import dev.gantry.network.firewall.TablePlan;

/// Leads a container's queries to the sockets of its name server, by a rule inside its own namespace.
public final class ResolverRedirect {
    private ResolverRedirect() {}

    /// Idempotent: the table is made anew.
    public static void set(ContainerSockets container, ResolverSockets resolver, Linux linux) {
        TablePlan plan = ResolverTable.of(
                port(linux.sockets().name(resolver.udp())), port(linux.sockets().name(resolver.tcp())));
        try {
            new Nftables(container.netfilter()).commit(new RuleMessages(plan).load(plan));
        } catch (NetlinkError e) {
            throw e.during("lead the container's queries to its name server");
        }
    }

    /// Of a `struct sockaddr_in`: in the order of the network, behind the family.
    private static int port(byte[] name) {
        return Byte.toUnsignedInt(name[2]) << 8 | Byte.toUnsignedInt(name[3]);
    }
}
