package dev.gantry.linux.netlink.route;

import dev.gantry.linux.Fd;
import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A link to make, to change or to delete; used once. Named ones are found by their name, or get it when they
/// are made. <linux/if_link.h>, rtnetlink(7).
///
/// ```java
/// LinkRequest inside = LinkRequest.named("eth0").inNamespace(namespace).mac(mac);
/// Message pair = LinkRequest.named("veth1").veth(inside).master(bridge).mtu(1500).up().create();
/// ```
///
/// A namespace's descriptor stays its owner's, who keeps it open until the message was sent.
public final class LinkRequest {
    static final int IFINFOMSG = 16; // u8 family, u8 0, u16 type, s32 index, u32 flags, u32 change

    /// What the ports of one parent say to each other. <linux/if_link.h>.
    public enum MacvlanMode {
        PRIVATE(RouteHeader.MACVLAN_MODE_PRIVATE),
        VEPA(RouteHeader.MACVLAN_MODE_VEPA),
        BRIDGE(RouteHeader.MACVLAN_MODE_BRIDGE),
        PASSTHRU(RouteHeader.MACVLAN_MODE_PASSTHRU);

        private final int number;

        MacvlanMode(int number) {
            this.number = number;
        }
    }

    /// Where an ipvlan link decides. <linux/if_link.h>.
    public enum IpvlanMode {
        L2(RouteHeader.IPVLAN_MODE_L2),
        L3(RouteHeader.IPVLAN_MODE_L3),
        L3S(RouteHeader.IPVLAN_MODE_L3S);

        private final int number;

        IpvlanMode(int number) {
            this.number = number;
        }
    }

    /// Whether the ipvlan links of one parent reach each other. <linux/if_link.h>.
    public enum IpvlanFlag {
        BRIDGE(0),
        PRIVATE(RouteHeader.IPVLAN_F_PRIVATE),
        VEPA(RouteHeader.IPVLAN_F_VEPA);

        private final int number;

        IpvlanFlag(int number) {
            this.number = number;
        }
    }

    private final String subject;
    private final int index;
    private final List<Consumer<Encoder>> attributes = new ArrayList<>();
    private int flags;
    private int change;
    private boolean forExisting;

    private LinkRequest(String subject, int index) {
        this.subject = subject;
        this.index = index;
    }

    public static LinkRequest named(String name) {
        return new LinkRequest(name, 0).with(e -> e.string(RouteHeader.IFLA_IFNAME, name));
    }

    public static LinkRequest index(int index) {
        return new LinkRequest("with index " + index, index);
    }

    public LinkRequest up() {
        return flag(RouteHeader.IFF_UP, true);
    }

    public LinkRequest down() {
        return flag(RouteHeader.IFF_UP, false);
    }

    public LinkRequest promiscuous(boolean on) {
        return flag(RouteHeader.IFF_PROMISC, on);
    }

    /// Only a link that is addressed by its index can be given another name.
    public LinkRequest rename(String name) {
        if (index == 0) {
            throw new IllegalStateException("a link to rename is addressed by its index");
        }
        return with(e -> e.string(RouteHeader.IFLA_IFNAME, name));
    }

    public LinkRequest mtu(int bytes) {
        return with(e -> e.u32(RouteHeader.IFLA_MTU, bytes));
    }

    public LinkRequest mac(MacAddress mac) {
        return with(e -> e.bytes(RouteHeader.IFLA_ADDRESS, mac.toBytes()));
    }

    /// For a link that exists: while it is made, the kernel would drop it without a word.
    public LinkRequest alias(String alias) {
        forExisting = true;
        return with(e -> e.string(RouteHeader.IFLA_IFALIAS, alias));
    }

    /// A number that rules know several links by. For a link that exists.
    public LinkRequest group(int group) {
        forExisting = true;
        return with(e -> e.u32(RouteHeader.IFLA_GROUP, group));
    }

    /// Makes it a port of the bridge with this index.
    public LinkRequest master(int bridge) {
        return with(e -> e.u32(RouteHeader.IFLA_MASTER, bridge));
    }

    public LinkRequest noMaster() {
        return master(0);
    }

    /// The link with this index carries it: for macvlan, ipvlan.
    public LinkRequest parent(int link) {
        return with(e -> e.u32(RouteHeader.IFLA_LINK, link));
    }

    public LinkRequest inNamespace(Fd namespace) {
        return with(e -> e.u32(RouteHeader.IFLA_NET_NS_FD, namespace.number()));
    }

    /// No link-local IPv6 address of its own making. For a link that exists.
    public LinkRequest noLinkLocalAddress() {
        forExisting = true;
        return with(e -> e.nest(
                RouteHeader.IFLA_AF_SPEC,
                families -> families.nest(
                        RouteHeader.AF_INET6,
                        inet6 -> inet6.u8(RouteHeader.IFLA_INET6_ADDR_GEN_MODE, RouteHeader.IN6_ADDR_GEN_MODE_NONE))));
    }

    /// A pair: this end, and `peer`, which may be in another namespace from the start, but not up: ENOTCONN.
    public LinkRequest veth(LinkRequest peer) {
        peer.checkNew();
        return kind("veth", e -> e.nest(RouteHeader.VETH_INFO_PEER, p -> peer.write(p, RouteHeader.AF_UNSPEC)));
    }

    public LinkRequest bridge(Consumer<BridgeOptions> options) {
        return kind("bridge", e -> options.accept(new BridgeOptions(e)));
    }

    /// How the bridge treats the port that this link is, in one message with other changes. For a link that exists.
    public LinkRequest asBridgePort(Consumer<PortOptions> options) {
        forExisting = true;
        return with(e -> e.nest(
                RouteHeader.IFLA_LINKINFO,
                info -> info.string(RouteHeader.IFLA_INFO_SLAVE_KIND, "bridge")
                        .nest(RouteHeader.IFLA_INFO_SLAVE_DATA, p -> options.accept(new PortOptions(p)))));
    }

    /// A VLAN of [#parent].
    public LinkRequest vlan(int id) {
        return kind("vlan", e -> e.u16(RouteHeader.IFLA_VLAN_ID, id));
    }

    public LinkRequest macvlan(MacvlanMode mode) {
        return kind("macvlan", e -> e.u32(RouteHeader.IFLA_MACVLAN_MODE, mode.number));
    }

    public LinkRequest ipvlan(IpvlanMode mode, IpvlanFlag flag) {
        return kind(
                "ipvlan",
                e -> e.u16(RouteHeader.IFLA_IPVLAN_MODE, mode.number).u16(RouteHeader.IFLA_IPVLAN_FLAGS, flag.number));
    }

    public LinkRequest vxlan(int id, Consumer<VxlanOptions> options) {
        return kind("vxlan", e -> options.accept(new VxlanOptions(e, id)));
    }

    public LinkRequest dummy() {
        return kind("dummy", _ -> {});
    }

    /// Makes it; EEXIST when the name is taken.
    public Message create() {
        checkNew();
        int createOnly = RouteHeader.NLM_F_CREATE | RouteHeader.NLM_F_EXCL;
        return message("create link ", RouteHeader.RTM_NEWLINK, createOnly, RouteHeader.AF_UNSPEC);
    }

    /// Changes what was said, and leaves the rest; ENODEV when there is none.
    public Message change() {
        return message("change link ", RouteHeader.RTM_NEWLINK, 0, RouteHeader.AF_UNSPEC);
    }

    /// A veth's other end goes with it.
    public Message delete() {
        return message("delete link ", RouteHeader.RTM_DELLINK, 0, RouteHeader.AF_UNSPEC);
    }

    /// Sets how the bridge treats the port that this link is.
    public Message changePort(Consumer<PortOptions> options) {
        with(e -> e.nest(RouteHeader.IFLA_PROTINFO, p -> options.accept(new PortOptions(p))));
        return message("change bridge port ", RouteHeader.RTM_SETLINK, 0, RouteHeader.AF_BRIDGE);
    }

    private void checkNew() {
        if (forExisting || index != 0) {
            throw new IllegalStateException(
                    "link " + subject + " has something that only an existing one can be given");
        }
    }

    private Message message(String verb, int type, int messageFlags, int family) {
        var encoder = new Encoder();
        write(encoder, family);
        return encoder.message(verb + subject, type, messageFlags);
    }

    private void write(Encoder encoder, int family) {
        encoder.u8(family).u8(0).u16(0).u32(index).u32(flags).u32(change);
        attributes.forEach(a -> a.accept(encoder));
    }

    private LinkRequest kind(String kind, Consumer<Encoder> data) {
        return with(e -> e.nest(
                RouteHeader.IFLA_LINKINFO,
                info -> info.string(RouteHeader.IFLA_INFO_KIND, kind).nest(RouteHeader.IFLA_INFO_DATA, data)));
    }

    private LinkRequest flag(int flag, boolean on) {
        flags = on ? flags | flag : flags & ~flag;
        change |= flag;
        return this;
    }

    private LinkRequest with(Consumer<Encoder> attribute) {
        attributes.add(attribute);
        return this;
    }
}
