package dev.gantry.linux.netlink.xfrm;

import dev.gantry.linux.netlink.Encoder;
import java.net.Inet4Address;

/// UDP from one host to a port of another, IPv4. `struct xfrm_selector`.
public record Flow(Inet4Address source, Inet4Address destination, int port) {
    private static final int HOST = 32;

    void selector(Encoder e) {
        address(e, destination);
        address(e, source);
        e.be16(port).be16(0xffff).be16(0).be16(0);
        e.u16(XfrmHeader.AF_INET)
                .u8(HOST)
                .u8(HOST)
                .u8(XfrmHeader.IPPROTO_UDP)
                .u8(0)
                .u16(0);
        e.u32(0).u32(0); // any interface, any user
    }

    /// `xfrm_address_t`, which has room for IPv6.
    static void address(Encoder e, Inet4Address address) {
        for (byte b : address.getAddress()) {
            e.u8(b);
        }
        zero(e, 3);
    }

    static void zero(Encoder e, int words) {
        for (int i = 0; i < words; i++) {
            e.u32(0);
        }
    }

    /// `struct xfrm_lifetime_cfg` without an end, and `struct xfrm_lifetime_cur`.
    static void forEver(Encoder e) {
        for (int i = 0; i < 8; i++) {
            e.u32(-1);
        }
        zero(e, 8 + 8);
    }
}
