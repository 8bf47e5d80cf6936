package dev.gantry.linux.netlink.xfrm;

/// Numbers of <linux/xfrm.h>, and of the headers it includes.
final class XfrmHeader {
    static final int XFRM_MSG_NEWSA = 0x10;
    static final int XFRM_MSG_DELSA = 0x11;
    static final int XFRM_MSG_GETSA = 0x12;
    static final int XFRM_MSG_NEWPOLICY = 0x13;
    static final int XFRM_MSG_DELPOLICY = 0x14;
    static final int XFRM_MSG_GETPOLICY = 0x15;
    static final int XFRM_MSG_UPDPOLICY = 0x19;

    static final int XFRMA_TMPL = 5;
    static final int XFRMA_SRCADDR = 13;
    static final int XFRMA_ALG_AEAD = 18;
    static final int XFRMA_REPLAY_ESN_VAL = 23;

    static final int XFRM_MODE_TRANSPORT = 0;
    static final int XFRM_POLICY_ALLOW = 0;
    static final int XFRM_STATE_ESN = 128;

    static final int NLM_F_CREATE = 0x400; // <linux/netlink.h>
    static final int NLM_F_EXCL = 0x200;
    static final int AF_INET = 2; // <sys/socket.h>
    static final int AF_INET6 = 10;
    static final int IPPROTO_UDP = 17; // <netinet/in.h>
    static final int IPPROTO_ESP = 50;

    private XfrmHeader() {}
}
