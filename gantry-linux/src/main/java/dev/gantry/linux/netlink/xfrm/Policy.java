package dev.gantry.linux.netlink.xfrm;

import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;
import java.util.Locale;

/// What flows so is encrypted by an association of `request`, or dropped: what goes out without one there, and what
/// comes
/// in as it was sent.
public record Policy(Direction direction, Flow flow, int request) {
    /// By their numbers in <linux/xfrm.h>.
    public enum Direction {
        IN,
        OUT
    }

    /// Or replaces what was asked of this flow before.
    public Message put() {
        var e = new Encoder();
        flow.selector(e);
        Flow.forEver(e);
        e.u32(0).u32(0); // priority, index
        e.u8(direction.ordinal()).u8(XfrmHeader.XFRM_POLICY_ALLOW).u16(0);
        Flow.zero(e, 1); // to a multiple of eight
        var template = new Encoder();
        Flow.address(template, flow.destination());
        template.u32(0).u8(XfrmHeader.IPPROTO_ESP).u8(0).u16(0);
        template.u16(XfrmHeader.AF_INET).u16(0);
        Flow.address(template, flow.source());
        template.u32(request).u8(XfrmHeader.XFRM_MODE_TRANSPORT).u8(0).u16(0);
        template.u32(-1).u32(-1).u32(-1); // whatever algorithms the association has
        e.bytes(XfrmHeader.XFRMA_TMPL, template.toBytes());
        return e.message("put " + this, XfrmHeader.XFRM_MSG_UPDPOLICY, 0);
    }

    /// ENOENT when there is none.
    public Message delete() {
        var e = new Encoder();
        flow.selector(e);
        e.u32(0).u8(direction.ordinal()).u8(0).u16(0);
        return e.message("delete " + this, XfrmHeader.XFRM_MSG_DELPOLICY, 0);
    }

    @Override
    public String toString() {
        return "policy " + direction.name().toLowerCase(Locale.ROOT) + " from "
                + flow.source().getHostAddress() + " to " + flow.destination().getHostAddress() + ":" + flow.port();
    }
}
