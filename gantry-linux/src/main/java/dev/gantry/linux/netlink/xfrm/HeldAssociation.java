package dev.gantry.linux.netlink.xfrm;

import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;
import java.util.HexFormat;

/// An association that the kernel has, whoever gave it: without its secret.
public record HeldAssociation(Flow flow, int spi, int request) {
    // struct xfrm_usersa_info
    private static final int SIZE = 224;
    private static final int ID = Flow.SELECTOR;
    private static final int SPI = ID + Flow.ADDRESS;
    private static final int SOURCE = ID + 24;
    private static final int REQUEST = 208;
    private static final int FAMILY = 212;

    /// Asks for all there are.
    public static Message dump() {
        return new Encoder().message("list associations", XfrmHeader.XFRM_MSG_GETSA, 0);
    }

    /// One of what [#dump] brings.
    public static HeldAssociation read(Message message) {
        message.attributes(SIZE);
        int family = message.u16(FAMILY);
        int spi = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            spi = spi << Byte.SIZE | message.u8(SPI + i);
        }
        var flow = new Flow(
                Flow.address(message, SOURCE, family),
                Flow.address(message, ID, family),
                Flow.read(message, 0, family).port());
        return new HeldAssociation(flow, spi, message.u32(REQUEST));
    }

    /// ESRCH when there is none.
    public Message delete() {
        var e = new Encoder();
        Flow.address(e, flow.destination());
        e.be16(spi >>> 16)
                .be16(spi)
                .u16(flow.family())
                .u8(XfrmHeader.IPPROTO_ESP)
                .u8(0);
        var source = new Encoder();
        Flow.address(source, flow.source());
        e.bytes(XfrmHeader.XFRMA_SRCADDR, source.toBytes());
        return e.message("delete " + this, XfrmHeader.XFRM_MSG_DELSA, 0);
    }

    @Override
    public String toString() {
        return "association " + HexFormat.of().toHexDigits(spi) + " from "
                + flow.source().getHostAddress() + " to " + flow.destination().getHostAddress();
    }
}
