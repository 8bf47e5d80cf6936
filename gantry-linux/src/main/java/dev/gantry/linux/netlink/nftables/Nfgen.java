package dev.gantry.linux.netlink.nftables;

import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What all messages of nf_tables have: `struct nfgenmsg` (u8 family, u8 version, be16 resource), a type in the
/// subsystem, and user data as the nft tool writes it: `{ u8 type, u8 length, value }`, where type 0 of tables,
/// chains and rules is the comment, with its NUL. <linux/netfilter/nfnetlink.h>; libnftnl, udata.h.
final class Nfgen {
    static final int HEADER = 4;

    /// `NFTNL_UDATA_COMMENT_MAXLEN`, with its NUL.
    static final int LONGEST_COMMENT = 128;

    /// `NFTNL_UDATA_SET_KEYBYTEORDER` and `NFTNL_UDATA_SET_DATABYTEORDER`.
    static final byte KEY_BYTE_ORDER = 0;

    static final byte DATA_BYTE_ORDER = 1;

    /// `NFTNL_UDATA_SET_COMMENT`: sets have other things before it.
    static final int SET_COMMENT = 7;

    private Nfgen() {}

    static Encoder header(Family family) {
        return header(family.number(), 0);
    }

    static Encoder header(int family, int resource) {
        return new Encoder().u8(family).u8(0).be16(resource);
    }

    static int type(int message) {
        return NftHeader.NFNL_SUBSYS_NFTABLES << 8 | message;
    }

    static boolean is(Message message, int type) {
        return message.type() == type(type);
    }

    /// Empty for an empty comment.
    static byte[] comment(String text) {
        return comment(text, 0);
    }

    static byte[] comment(String text, int type) {
        if (text.isEmpty()) {
            return new byte[0];
        }
        byte[] words = text.getBytes(StandardCharsets.UTF_8);
        if (words.length >= LONGEST_COMMENT || text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a comment has less than 128 bytes and no NUL: " + text);
        }
        byte[] data = new byte[words.length + 3];
        data[0] = (byte) type;
        data[1] = (byte) (words.length + 1);
        System.arraycopy(words, 0, data, 2, words.length);
        return data;
    }

    /// The comment in user data of whoever; empty when there is none.
    static String comment(byte[] userdata) {
        return comment(userdata, 0);
    }

    static String comment(byte[] userdata, int type) {
        for (int at = 0; at + 2 <= userdata.length; ) {
            int length = Byte.toUnsignedInt(userdata[at + 1]);
            int end = at + 2 + length;
            if (end > userdata.length) {
                return "";
            }
            if (userdata[at] == type && length > 0) {
                byte[] text = Arrays.copyOfRange(userdata, at + 2, end - 1);
                return new String(text, StandardCharsets.UTF_8);
            }
            at = end;
        }
        return "";
    }
}
