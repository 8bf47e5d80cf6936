package dev.gantry.linux.netlink.nftables;

/// The numbers of nf_tables: <linux/netfilter/nf_tables.h>, <linux/netfilter/nfnetlink.h>, <linux/netfilter.h>,
/// <linux/netfilter/nf_nat.h>, <linux/netfilter/nf_conntrack_common.h>.
final class NftHeader {

    // nfnetlink
    static final int NFNL_SUBSYS_NFTABLES = 10;
    static final int NFNL_MSG_BATCH_BEGIN = 16;
    static final int NFNL_BATCH_GENID = 1;
    static final int NFNLGRP_NFTABLES = 7;

    // flags of new
    static final int NLM_F_REPLACE = 0x100;
    static final int NLM_F_EXCL = 0x200;
    static final int NLM_F_CREATE = 0x400;
    static final int NLM_F_APPEND = 0x800;

    // families and hooks
    static final int NFPROTO_INET = 1;
    static final int NFPROTO_IPV4 = 2;
    static final int NFPROTO_ARP = 3;
    static final int NFPROTO_BRIDGE = 7;
    static final int NFPROTO_IPV6 = 10;
    static final int NF_INET_PRE_ROUTING = 0;
    static final int NF_INET_LOCAL_IN = 1;
    static final int NF_INET_FORWARD = 2;
    static final int NF_INET_LOCAL_OUT = 3;
    static final int NF_INET_POST_ROUTING = 4;
    static final int NF_DROP = 0;
    static final int NF_ACCEPT = 1;

    // message types
    static final int NFT_MSG_NEWTABLE = 0;
    static final int NFT_MSG_GETTABLE = 1;
    static final int NFT_MSG_DELTABLE = 2;
    static final int NFT_MSG_NEWCHAIN = 3;
    static final int NFT_MSG_GETCHAIN = 4;
    static final int NFT_MSG_DELCHAIN = 5;
    static final int NFT_MSG_NEWRULE = 6;
    static final int NFT_MSG_GETRULE = 7;
    static final int NFT_MSG_DELRULE = 8;
    static final int NFT_MSG_NEWSET = 9;
    static final int NFT_MSG_GETSET = 10;
    static final int NFT_MSG_DELSET = 11;
    static final int NFT_MSG_NEWSETELEM = 12;
    static final int NFT_MSG_GETSETELEM = 13;
    static final int NFT_MSG_DELSETELEM = 14;
    static final int NFT_MSG_NEWGEN = 15;
    static final int NFT_MSG_GETGEN = 16;

    // registers
    static final int NFT_REG_VERDICT = 0;
    static final int NFT_REG_1 = 1;
    static final int NFT_REG_2 = 2;
    static final int NFT_REG32_00 = 8;
    static final int NFT_REG32_15 = 23;

    // verdicts
    static final int NFT_CONTINUE = 0xffffffff;
    static final int NFT_BREAK = 0xfffffffe;
    static final int NFT_JUMP = 0xfffffffd;
    static final int NFT_GOTO = 0xfffffffc;
    static final int NFT_RETURN = 0xfffffffb;

    // tables and chains
    static final int NFTA_LIST_ELEM = 1;
    static final int NFTA_HOOK_HOOKNUM = 1;
    static final int NFTA_HOOK_PRIORITY = 2;
    static final int NFTA_TABLE_NAME = 1;
    static final int NFTA_TABLE_FLAGS = 2;
    static final int NFTA_TABLE_HANDLE = 4;
    static final int NFTA_TABLE_USERDATA = 6;
    static final int NFTA_TABLE_OWNER = 7;
    static final int NFT_TABLE_F_DORMANT = 0x1;
    static final int NFT_TABLE_F_OWNER = 0x2;
    static final int NFTA_CHAIN_TABLE = 1;
    static final int NFTA_CHAIN_HANDLE = 2;
    static final int NFTA_CHAIN_NAME = 3;
    static final int NFTA_CHAIN_HOOK = 4;
    static final int NFTA_CHAIN_POLICY = 5;
    static final int NFTA_CHAIN_TYPE = 7;
    static final int NFTA_CHAIN_USERDATA = 12;

    // rules
    static final int NFTA_RULE_TABLE = 1;
    static final int NFTA_RULE_CHAIN = 2;
    static final int NFTA_RULE_HANDLE = 3;
    static final int NFTA_RULE_EXPRESSIONS = 4;
    static final int NFTA_RULE_POSITION = 6;
    static final int NFTA_RULE_USERDATA = 7;
    static final int NFTA_EXPR_NAME = 1;
    static final int NFTA_EXPR_DATA = 2;

    // sets
    static final int NFT_SET_ANONYMOUS = 0x1;
    static final int NFT_SET_CONSTANT = 0x2;
    static final int NFT_SET_INTERVAL = 0x4;
    static final int NFT_SET_MAP = 0x8;
    static final int NFT_SET_TIMEOUT = 0x10;
    static final int NFT_SET_EVAL = 0x20;
    static final int NFT_SET_CONCAT = 0x80;
    static final int NFTA_SET_TABLE = 1;
    static final int NFTA_SET_NAME = 2;
    static final int NFTA_SET_FLAGS = 3;
    static final int NFTA_SET_KEY_TYPE = 4;
    static final int NFTA_SET_KEY_LEN = 5;
    static final int NFTA_SET_DATA_TYPE = 6;
    static final int NFTA_SET_DATA_LEN = 7;
    static final int NFTA_SET_DESC = 9;
    static final int NFTA_SET_ID = 10;
    static final int NFTA_SET_TIMEOUT = 11;
    static final int NFTA_SET_USERDATA = 13;
    static final int NFTA_SET_HANDLE = 16;
    static final int NFTA_SET_DESC_SIZE = 1;
    static final int NFTA_SET_DESC_CONCAT = 2;
    static final int NFTA_SET_FIELD_LEN = 1;
    static final int NFTA_SET_ELEM_KEY = 1;
    static final int NFTA_SET_ELEM_DATA = 2;
    static final int NFTA_SET_ELEM_FLAGS = 3;
    static final int NFTA_SET_ELEM_TIMEOUT = 4;
    static final int NFTA_SET_ELEM_EXPIRATION = 5;
    static final int NFTA_SET_ELEM_USERDATA = 6;
    static final int NFTA_SET_ELEM_KEY_END = 10;
    static final int NFT_SET_ELEM_INTERVAL_END = 1;
    static final int NFT_SET_ELEM_CATCHALL = 2;
    static final int NFTA_SET_ELEM_LIST_TABLE = 1;
    static final int NFTA_SET_ELEM_LIST_SET = 2;
    static final int NFTA_SET_ELEM_LIST_ELEMENTS = 3;
    static final int NFT_DATA_VERDICT = 0xffffff00;
    static final int NFTA_DATA_VALUE = 1;
    static final int NFTA_DATA_VERDICT = 2;
    static final int NFTA_VERDICT_CODE = 1;
    static final int NFTA_VERDICT_CHAIN = 2;

    // expressions: matching
    static final int NFTA_IMMEDIATE_DREG = 1;
    static final int NFTA_IMMEDIATE_DATA = 2;
    static final int NFTA_BITWISE_SREG = 1;
    static final int NFTA_BITWISE_DREG = 2;
    static final int NFTA_BITWISE_LEN = 3;
    static final int NFTA_BITWISE_MASK = 0x4;
    static final int NFTA_BITWISE_XOR = 5;
    static final int NFT_CMP_EQ = 0;
    static final int NFT_CMP_NEQ = 1;
    static final int NFT_CMP_LT = 2;
    static final int NFT_CMP_LTE = 3;
    static final int NFT_CMP_GT = 4;
    static final int NFT_CMP_GTE = 5;
    static final int NFTA_CMP_SREG = 1;
    static final int NFTA_CMP_OP = 2;
    static final int NFTA_CMP_DATA = 3;
    static final int NFT_RANGE_EQ = 0;
    static final int NFT_RANGE_NEQ = 1;
    static final int NFTA_RANGE_SREG = 1;
    static final int NFTA_RANGE_OP = 2;
    static final int NFTA_RANGE_FROM_DATA = 3;
    static final int NFTA_RANGE_TO_DATA = 4;
    static final int NFT_LOOKUP_F_INV = 0x1;
    static final int NFTA_LOOKUP_SET = 1;
    static final int NFTA_LOOKUP_SREG = 2;
    static final int NFTA_LOOKUP_DREG = 3;
    static final int NFTA_LOOKUP_FLAGS = 5;
    static final int NFT_PAYLOAD_LL_HEADER = 0;
    static final int NFT_PAYLOAD_NETWORK_HEADER = 1;
    static final int NFT_PAYLOAD_TRANSPORT_HEADER = 2;
    static final int NFTA_PAYLOAD_DREG = 1;
    static final int NFTA_PAYLOAD_BASE = 2;
    static final int NFTA_PAYLOAD_OFFSET = 3;
    static final int NFTA_PAYLOAD_LEN = 4;
    static final int NFT_META_PROTOCOL = 1;
    static final int NFT_META_MARK = 3;
    static final int NFT_META_IIF = 4;
    static final int NFT_META_OIF = 5;
    static final int NFT_META_IIFNAME = 6;
    static final int NFT_META_OIFNAME = 7;
    static final int NFT_META_SKUID = 10;
    static final int NFT_META_NFPROTO = 15;
    static final int NFT_META_L4PROTO = 16;
    static final int NFT_META_PKTTYPE = 19;
    static final int NFT_META_IIFGROUP = 21;
    static final int NFT_META_OIFGROUP = 22;
    static final int NFT_META_SECPATH = 25;
    static final int NFTA_META_DREG = 1;
    static final int NFTA_META_KEY = 2;
    static final int NFTA_META_SREG = 3;

    // expressions: routes
    static final int NFT_RT_XFRM = 4;
    static final int NFTA_RT_DREG = 1;
    static final int NFTA_RT_KEY = 2;

    // expressions: connections
    static final int NFT_CT_STATE = 0;
    static final int NFT_CT_DIRECTION = 1;
    static final int NFT_CT_STATUS = 2;
    static final int NFT_CT_MARK = 3;
    static final int NFT_CT_DST = 9;
    static final int NFT_CT_PROTO_DST = 12;
    static final int NFT_CT_SRC_IP = 19;
    static final int NFT_CT_DST_IP = 20;
    static final int NFT_CT_SRC_IP6 = 21;
    static final int NFT_CT_DST_IP6 = 22;
    static final int NFTA_CT_DREG = 1;
    static final int NFTA_CT_KEY = 2;
    static final int NFTA_CT_DIRECTION = 3;
    static final int NFTA_CT_SREG = 4;
    static final int IPS_SRC_NAT = 0x10;
    static final int IPS_DST_NAT = 0x20;
    static final int IP_CT_DIR_ORIGINAL = 0;
    static final int IP_CT_DIR_REPLY = 1;

    // expressions: acting
    static final int NFTA_LIMIT_RATE = 1;
    static final int NFTA_LIMIT_UNIT = 2;
    static final int NFTA_LIMIT_BURST = 3;
    static final int NFTA_LIMIT_TYPE = 4;
    static final int NFTA_LIMIT_FLAGS = 5;
    static final int NFT_LIMIT_PKTS = 0;
    static final int NFT_LIMIT_F_INV = 0x1;
    static final int NFTA_COUNTER_BYTES = 1;
    static final int NFTA_COUNTER_PACKETS = 2;
    static final int NFTA_LOG_GROUP = 1;
    static final int NFTA_LOG_PREFIX = 2;
    static final int NFTA_LOG_LEVEL = 5;
    static final int NFT_REJECT_ICMP_UNREACH = 0;
    static final int NFT_REJECT_TCP_RST = 1;
    static final int NFT_REJECT_ICMPX_UNREACH = 2;
    static final int NFT_REJECT_ICMPX_PORT_UNREACH = 1;
    static final int NFTA_REJECT_TYPE = 1;
    static final int NFTA_REJECT_ICMP_CODE = 2;
    static final int NFT_NAT_SNAT = 0;
    static final int NFT_NAT_DNAT = 1;
    static final int NFTA_NAT_TYPE = 1;
    static final int NFTA_NAT_FAMILY = 2;
    static final int NFTA_NAT_REG_ADDR_MIN = 3;
    static final int NFTA_NAT_REG_PROTO_MIN = 5;
    static final int NFTA_NAT_FLAGS = 7;
    static final int NF_NAT_RANGE_PROTO_RANDOM = 0x4;
    static final int NF_NAT_RANGE_PERSISTENT = 0x8;
    static final int NF_NAT_RANGE_PROTO_RANDOM_FULLY = 0x10;
    static final int NFTA_MASQ_FLAGS = 1;
    static final int NFTA_MASQ_REG_PROTO_MIN = 2;
    static final int NFTA_MASQ_REG_PROTO_MAX = 3;
    static final int NFTA_REDIR_REG_PROTO_MIN = 1;
    static final int NFTA_REDIR_FLAGS = 3;
    static final int NFTA_TPROXY_FAMILY = 1;
    static final int NFTA_TPROXY_REG_ADDR = 2;
    static final int NFTA_TPROXY_REG_PORT = 3;
    static final int NFTA_FIB_DREG = 1;
    static final int NFTA_FIB_RESULT = 2;
    static final int NFTA_FIB_FLAGS = 3;
    static final int NFT_FIB_RESULT_ADDRTYPE = 3;
    static final int NFTA_FIB_F_SADDR = 0x1;
    static final int NFTA_FIB_F_DADDR = 0x2;

    // the generation
    static final int NFTA_GEN_ID = 1;

    private NftHeader() {}
}
