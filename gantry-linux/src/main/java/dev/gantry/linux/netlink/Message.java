package dev.gantry.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One netlink message: what [Encoder] wrote, to be sent, or what was received. The header (`struct nlmsghdr`:
/// u32 length, u16 type, u16 flags, u32 sequence, u32 port) gets its sequence number from the socket. netlink(7).
public final class Message {
    static final int HEADER = 16;

    private final String what;
    private final int type;
    private final int flags;
    private final int sequence;
    private final int port;
    private final byte[] payload;

    Message(String what, int type, int flags, int sequence, byte[] payload) {
        this(what, type, flags, sequence, 0, payload);
    }

    private Message(String what, int type, int flags, int sequence, int port, byte[] payload) {
        this.what = what;
        this.type = type;
        this.flags = flags;
        this.sequence = sequence;
        this.port = port;
        this.payload = payload;
    }

    /// How errors call it: `create link br0`.
    public String what() {
        return what;
    }

    public int type() {
        return type;
    }

    /// Without those the socket adds when it sends (`NLM_F_REQUEST`, `NLM_F_ACK`, `NLM_F_DUMP`).
    public int flags() {
        return flags;
    }

    int sequence() {
        return sequence;
    }

    /// Of what was received: the [NetlinkSocket#port] of who asked for it, or caused it.
    public int port() {
        return port;
    }

    /// What follows the header.
    public byte[] payload() {
        return payload.clone();
    }

    int size() {
        return payload.length;
    }

    /// A byte of the family's fixed header.
    public int u8(int offset) {
        return Byte.toUnsignedInt(at(offset, 1).get(offset));
    }

    public int u16(int offset) {
        return Short.toUnsignedInt(at(offset, 2).getShort(offset));
    }

    public int u32(int offset) {
        return at(offset, 4).getInt(offset);
    }

    /// The attributes that follow a fixed header of `header` bytes.
    public Attributes attributes(int header) {
        if (header < 0 || header > payload.length) {
            throw shortOf(header);
        }
        return Attributes.read(payload, header);
    }

    private ByteBuffer at(int offset, int width) {
        if (offset + width > payload.length) {
            throw shortOf(offset + width);
        }
        return ByteBuffer.wrap(payload).order(ByteOrder.nativeOrder());
    }

    private NetlinkError shortOf(int wanted) {
        return NetlinkError.malformed(
                "message of type " + type + " has " + payload.length + " bytes instead of " + wanted + " or more");
    }

    /// The bytes of several messages behind each other, numbered from `first` on, each with its own and `more`
    /// flags.
    public static byte[] encode(List<Message> messages, int first, int more) {
        int size = messages.stream().mapToInt(Message::alignedSize).sum();
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
        int at = 0;
        int sequence = first;
        for (Message m : messages) {
            out.position(at);
            out.putInt(HEADER + m.payload.length)
                    .putShort((short) m.type)
                    .putShort((short) (m.flags | more))
                    .putInt(sequence++)
                    .putInt(0)
                    .put(m.payload);
            at += m.alignedSize();
        }
        return out.array();
    }

    /// The messages of one datagram, one at least. A length that cannot be is EBADMSG.
    static List<Message> decode(byte[] datagram) {
        ByteBuffer in = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
        List<Message> found = new ArrayList<>();
        int at = 0;
        while (datagram.length - at >= HEADER) {
            int length = in.getInt(at);
            if (length < HEADER || length > datagram.length - at) {
                throw NetlinkError.malformed("a message at byte " + at + " claims " + length + " bytes");
            }
            found.add(new Message(
                    "received",
                    Short.toUnsignedInt(in.getShort(at + 4)),
                    Short.toUnsignedInt(in.getShort(at + 6)),
                    in.getInt(at + 8),
                    in.getInt(at + 12),
                    Arrays.copyOfRange(datagram, at + HEADER, at + length)));
            at += align(length);
        }
        if (found.isEmpty()) {
            throw NetlinkError.malformed("a datagram of " + datagram.length + " bytes has no message");
        }
        return found;
    }

    private static int align(int length) {
        return (length + 3) & ~3;
    }

    private int alignedSize() {
        return align(HEADER + payload.length);
    }

    @Override
    public String toString() {
        return what + " (type " + type + ", " + payload.length + " bytes)";
    }
}
