package dev.gantry.linux.netlink;

import dev.gantry.linux.Errno;

/// The kernel's answer to one request: `errno` 0 when it was done, and the words it added to an error.
/// `struct nlmsgerr` and `enum nlmsgerr_attrs` of <linux/netlink.h>.
public record Ack(Message request, Errno errno, String words) {
    private static final int ERROR_SIZE = 4 + Message.HEADER;

    public boolean done() {
        return errno.number() == 0;
    }

    public NetlinkError error() {
        return new NetlinkError(request.what(), errno, words);
    }

    /// Reads an `NLMSG_ERROR`, or the `NLMSG_DONE` that ends a dump: an errno, and for the first the header of
    /// the request, which follows whole unless it was capped.
    static Ack read(Message request, Message answer) {
        Errno errno =
                new Errno(Math.abs(answer.type() == NetlinkHeader.NLMSG_DONE && answer.size() < 4 ? 0 : answer.u32(0)));
        if ((answer.flags() & NetlinkHeader.NLM_F_ACK_TLVS) == 0 || errno.number() == 0) {
            return new Ack(request, errno, "");
        }
        int from = 4;
        if (answer.type() == NetlinkHeader.NLMSG_ERROR) {
            boolean capped = (answer.flags() & NetlinkHeader.NLM_F_CAPPED) != 0;
            from = capped ? ERROR_SIZE : 4 + Math.max(Message.HEADER, answer.u32(4) + 3 & ~3);
        }
        Attributes more = answer.attributes(from);
        String words = more.string(NetlinkHeader.NLMSGERR_ATTR_MSG);
        if (words.isEmpty() && more.has(NetlinkHeader.NLMSGERR_ATTR_MISS_TYPE)) {
            words = "attribute " + more.u32(NetlinkHeader.NLMSGERR_ATTR_MISS_TYPE, 0) + " is missing";
        } else if (words.isEmpty() && more.has(NetlinkHeader.NLMSGERR_ATTR_OFFS)) {
            words = "at byte " + more.u32(NetlinkHeader.NLMSGERR_ATTR_OFFS, 0) + " of the request";
        }
        return new Ack(request, errno, words);
    }
}
