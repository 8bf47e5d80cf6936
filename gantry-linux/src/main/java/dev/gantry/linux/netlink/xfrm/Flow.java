package dev.gantry.linux.netlink.xfrm;

import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/// UDP from one host to a port of another, both of one family. `struct xfrm_selector`.
public record Flow(InetAddress source, InetAddress destination, int port) {
    static final int SELECTOR = 56; // sizeof(struct xfrm_selector)
    static final int ADDRESS = 16; // sizeof(xfrm_address_t)

    private static final int V4 = 4;
    private static final int PORT_AT = 2 * ADDRESS;
    private static final int FAMILY_AT = PORT_AT + 8;

    public Flow {
        if (source.getClass() != destination.getClass()) {
            throw new IllegalArgumentException(source + " and " + destination + " are of two families");
        }
    }

    int family() {
        return source instanceof Inet4Address ? XfrmHeader.AF_INET : XfrmHeader.AF_INET6;
    }

    /// The selector that stands at the beginning of what the kernel tells.
    static Flow read(Message message, int at, int family) {
        return new Flow(
                address(message, at + ADDRESS, family),
                address(message, at, family),
                message.u8(at + PORT_AT) << Byte.SIZE | message.u8(at + PORT_AT + 1));
    }

    static int family(Message message, int at) {
        return message.u16(at + FAMILY_AT);
    }

    static InetAddress address(Message message, int at, int family) {
        byte[] all = Arrays.copyOfRange(message.payload(), at, at + ADDRESS);
        try {
            return InetAddress.getByAddress(family == XfrmHeader.AF_INET ? Arrays.copyOf(all, V4) : all);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes or sixteen are an address", e);
        }
    }

    void selector(Encoder e) {
        int host = source.getAddress().length * Byte.SIZE;
        address(e, destination);
        address(e, source);
        e.be16(port).be16(0xffff).be16(0).be16(0);
        e.u16(family()).u8(host).u8(host).u8(XfrmHeader.IPPROTO_UDP).u8(0).u16(0);
        e.u32(0).u32(0); // any interface, any user
    }

    /// `xfrm_address_t`, which has room for IPv6.
    static void address(Encoder e, InetAddress address) {
        for (byte b : Arrays.copyOf(address.getAddress(), ADDRESS)) {
            e.u8(b);
        }
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
