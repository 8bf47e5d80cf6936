package dev.gantry.linux.netlink.xfrm;

import dev.gantry.linux.netlink.Attributes;
import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Optional;

/// What flows so is encrypted by an association of `request`, or dropped: what goes out without one there,
/// and what comes in as it was sent.
public record Policy(Direction direction, Flow flow, int request) {
    /// By their numbers in <linux/xfrm.h>.
    public enum Direction {
        IN,
        OUT
    }

    // struct xfrm_userpolicy_info, struct xfrm_user_tmpl
    private static final int SIZE = 168;
    private static final int DIRECTION = 160;
    private static final int REQUEST = 44;

    /// Asks for all there are.
    public static Message dump() {
        return new Encoder().message("list policies", XfrmHeader.XFRM_MSG_GETPOLICY, 0);
    }

    /// One of what [#dump] brings; empty for those of another kind: without a request, or of forwarded packets.
    public static Optional<Policy> read(Message message) {
        Attributes attributes = message.attributes(SIZE);
        int direction = message.u8(DIRECTION);
        if (!attributes.has(XfrmHeader.XFRMA_TMPL) || direction >= Direction.values().length) {
            return Optional.empty();
        }
        int request = ByteBuffer.wrap(attributes.bytes(XfrmHeader.XFRMA_TMPL))
                .order(ByteOrder.nativeOrder())
                .getInt(REQUEST);
        Flow flow = Flow.read(message, 0, Flow.family(message, 0));
        return Optional.of(new Policy(Direction.values()[direction], flow, request));
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
        template.u16(flow.family()).u16(0);
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
