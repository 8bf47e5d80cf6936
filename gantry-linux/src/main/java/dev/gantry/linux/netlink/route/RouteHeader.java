package dev.gantry.linux.netlink.route;

/// The numbers of rtnetlink(7): <linux/rtnetlink.h>, <linux/if_link.h>, <linux/if_addr.h>, <linux/neighbour.h>,
/// <linux/fib_rules.h>, <linux/if.h>, <linux/if_bridge.h>.
final class RouteHeader {

    // <sys/socket.h>
    static final int AF_UNSPEC = 0;
    static final int AF_INET = 2;
    static final int AF_BRIDGE = 7;
    static final int AF_INET6 = 10;

    // message types
    static final int RTM_NEWLINK = 16;
    static final int RTM_DELLINK = 17;
    static final int RTM_GETLINK = 18;
    static final int RTM_SETLINK = 19;
    static final int RTM_NEWADDR = 20;
    static final int RTM_DELADDR = 21;
    static final int RTM_GETADDR = 22;
    static final int RTM_NEWROUTE = 24;
    static final int RTM_DELROUTE = 25;
    static final int RTM_GETROUTE = 26;
    static final int RTM_NEWNEIGH = 28;
    static final int RTM_DELNEIGH = 29;
    static final int RTM_GETNEIGH = 30;
    static final int RTM_NEWRULE = 32;
    static final int RTM_DELRULE = 33;
    static final int RTM_GETRULE = 34;

    // flags of new
    static final int NLM_F_REPLACE = 0x100;
    static final int NLM_F_EXCL = 0x200;
    static final int NLM_F_CREATE = 0x400;
    static final int NLM_F_APPEND = 0x800;

    // interface flags
    static final int IFF_UP = 0x1;
    static final int IFF_PROMISC = 0x100;
    static final int IFF_RUNNING = 0x40;

    // links
    static final int IFLA_ADDRESS = 1;
    static final int IFLA_IFNAME = 3;
    static final int IFLA_MTU = 4;
    static final int IFLA_LINK = 5;
    static final int IFLA_MASTER = 10;
    static final int IFLA_PROTINFO = 12;
    static final int IFLA_OPERSTATE = 16;
    static final int IFLA_LINKINFO = 18;
    static final int IFLA_IFALIAS = 20;
    static final int IFLA_GROUP = 27;
    static final int IFLA_NET_NS_FD = 28;
    static final int IFLA_EXT_MASK = 0x1d;
    static final int IFLA_CARRIER = 33;
    static final int IFLA_LINK_NETNSID = 37;
    static final int IFLA_AF_SPEC = 26;
    static final int IFLA_TXQLEN = 13;

    // kinds of links
    static final int IFLA_INFO_KIND = 1;
    static final int IFLA_INFO_DATA = 2;
    static final int IFLA_INFO_SLAVE_KIND = 4;
    static final int IFLA_INFO_SLAVE_DATA = 5;
    static final int VETH_INFO_PEER = 1;

    // bridges, in IFLA_INFO_DATA
    static final int IFLA_BR_FORWARD_DELAY = 1;
    static final int IFLA_BR_AGEING_TIME = 4;
    static final int IFLA_BR_STP_STATE = 5;
    static final int IFLA_BR_VLAN_FILTERING = 7;
    static final int IFLA_BR_GROUP_FWD_MASK = 0x9;
    static final int IFLA_BR_MCAST_SNOOPING = 23;
    static final int IFLA_BR_NF_CALL_IPTABLES = 36;
    static final int IFLA_BR_NF_CALL_IP6TABLES = 37;
    static final int IFLA_BR_VLAN_DEFAULT_PVID = 39;

    // ports of bridges, in IFLA_PROTINFO
    static final int IFLA_BRPORT_MODE = 4;
    static final int IFLA_BRPORT_LEARNING = 8;
    static final int IFLA_BRPORT_UNICAST_FLOOD = 9;
    static final int IFLA_BRPORT_MCAST_FLOOD = 27;
    static final int IFLA_BRPORT_BCAST_FLOOD = 30;
    static final int IFLA_BRPORT_NEIGH_SUPPRESS = 32;
    static final int IFLA_BRPORT_ISOLATED = 33;

    // macvlan and ipvlan
    static final int IFLA_VLAN_ID = 1;
    static final int IFLA_MACVLAN_MODE = 1;
    static final int IFLA_MACVLAN_FLAGS = 2;
    static final int MACVLAN_MODE_PRIVATE = 1;
    static final int MACVLAN_MODE_VEPA = 2;
    static final int MACVLAN_MODE_BRIDGE = 4;
    static final int MACVLAN_MODE_PASSTHRU = 8;
    static final int IFLA_IPVLAN_MODE = 1;
    static final int IFLA_IPVLAN_FLAGS = 2;
    static final int IPVLAN_MODE_L2 = 0;
    static final int IPVLAN_MODE_L3 = 1;
    static final int IPVLAN_MODE_L3S = 2;
    static final int IPVLAN_F_PRIVATE = 0x1;
    static final int IPVLAN_F_VEPA = 0x2;

    // vxlan
    static final int IFLA_VXLAN_ID = 1;
    static final int IFLA_VXLAN_GROUP = 2;
    static final int IFLA_VXLAN_LINK = 3;
    static final int IFLA_VXLAN_LOCAL = 4;
    static final int IFLA_VXLAN_TTL = 5;
    static final int IFLA_VXLAN_LEARNING = 7;
    static final int IFLA_VXLAN_AGEING = 8;
    static final int IFLA_VXLAN_PROXY = 11;
    static final int IFLA_VXLAN_L2MISS = 13;
    static final int IFLA_VXLAN_L3MISS = 14;
    static final int IFLA_VXLAN_PORT = 15;
    static final int IFLA_VXLAN_GROUP6 = 16;
    static final int IFLA_VXLAN_LOCAL6 = 17;
    static final int IFLA_VXLAN_UDP_CSUM = 18;

    // IPv6 of a link, in IFLA_AF_SPEC
    static final int IFLA_INET6_ADDR_GEN_MODE = 8;
    static final int IN6_ADDR_GEN_MODE_NONE = 1;
    static final int IN6_ADDR_GEN_MODE_EUI64 = 0;

    // what a dump leaves out
    static final int RTEXT_FILTER_SKIP_STATS = 8;

    // addresses
    static final int IFA_ADDRESS = 1;
    static final int IFA_LOCAL = 2;
    static final int IFA_LABEL = 3;
    static final int IFA_BROADCAST = 4;
    static final int IFA_FLAGS = 8;
    static final int IFA_PROTO = 11;
    static final int IFA_F_NODAD = 0x2;
    static final int IFA_F_TENTATIVE = 0x40;
    static final int IFA_F_DADFAILED = 0x8;
    static final int IFA_F_PERMANENT = 0x80;
    static final int IFA_F_NOPREFIXROUTE = 0x200;

    // routes
    static final int RTA_DST = 1;
    static final int RTA_SRC = 2;
    static final int RTA_OIF = 4;
    static final int RTA_GATEWAY = 5;
    static final int RTA_PRIORITY = 6;
    static final int RTA_PREFSRC = 7;
    static final int RTA_TABLE = 15;
    static final int RTA_METRICS = 8;
    static final int RTA_VIA = 18;
    static final int RTAX_MTU = 2;
    static final int RTN_UNICAST = 1;
    static final int RTN_LOCAL = 2;
    static final int RTN_BROADCAST = 3;
    static final int RTN_BLACKHOLE = 6;
    static final int RTN_UNREACHABLE = 7;
    static final int RTN_PROHIBIT = 8;
    static final int RTN_THROW = 9;
    static final int RTN_MULTICAST = 5;
    static final int RTN_ANYCAST = 4;
    static final int RTPROT_KERNEL = 2;
    static final int RTPROT_BOOT = 3;
    static final int RTPROT_STATIC = 4;
    static final int RT_SCOPE_UNIVERSE = 0;
    static final int RT_SCOPE_LINK = 253;
    static final int RT_SCOPE_HOST = 254;
    static final int RT_SCOPE_NOWHERE = 255;
    static final int RT_TABLE_UNSPEC = 0;
    static final int RT_TABLE_MAIN = 254;
    static final int RT_TABLE_LOCAL = 255;
    static final int RTNH_F_ONLINK = 0x4;
    static final int RTM_F_CLONED = 0x200;

    // neighbours
    static final int NDA_DST = 1;
    static final int NDA_LLADDR = 2;
    static final int NDA_VLAN = 5;
    static final int NDA_PORT = 6;
    static final int NDA_VNI = 7;
    static final int NDA_IFINDEX = 8;
    static final int NDA_MASTER = 9;
    static final int NTF_SELF = 0x2;
    static final int NTF_MASTER = 0x4;
    static final int NTF_PROXY = 0x8;
    static final int NTF_EXT_LEARNED = 0x10;
    static final int NTF_STICKY = 0x40;
    static final int NUD_REACHABLE = 0x2;
    static final int NUD_STALE = 0x4;
    static final int NUD_FAILED = 0x20;
    static final int NUD_NOARP = 0x40;
    static final int NUD_PERMANENT = 0x80;

    // rules
    static final int FRA_DST = 1;
    static final int FRA_SRC = 2;
    static final int FRA_IIFNAME = 3;
    static final int FRA_OIFNAME = 17;
    static final int FRA_PRIORITY = 6;
    static final int FRA_FWMARK = 10;
    static final int FRA_FWMASK = 0x10;
    static final int FRA_TABLE = 15;
    static final int FRA_SUPPRESS_PREFIXLEN = 14;
    static final int FR_ACT_TO_TBL = 1;
    static final int FIB_RULE_INVERT = 2;

    // multicast groups
    static final int RTNLGRP_LINK = 1;
    static final int RTNLGRP_NEIGH = 3;
    static final int RTNLGRP_IPV4_IFADDR = 5;
    static final int RTNLGRP_IPV4_ROUTE = 7;
    static final int RTNLGRP_IPV6_IFADDR = 9;
    static final int RTNLGRP_IPV6_ROUTE = 11;

    private RouteHeader() {}
}
