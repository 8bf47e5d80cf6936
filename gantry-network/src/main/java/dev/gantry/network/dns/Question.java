package dev.gantry.network.dns;

import org.jspecify.annotations.Nullable;

/// The one question of a query, read. `name` is in lower case without the last dot; `end` is where the
/// question ends in the message. `room` is how many bytes its sender takes in a datagram.
record Question(String name, int type, int end, boolean extended, int room) {
    static final int A = 1;
    static final int PTR = 12;
    static final int AAAA = 28;
    static final int OPT = 41;
    static final int ANY = 255;

    static final int HEADER = 12;
    private static final int IN = 1;
    /// RFC 1035 §4.2.1.
    private static final int PLAIN_ROOM = 512;

    private static final int MOST_NAME = 255;

    /// Null when it is not one plain question: the responder says which error that is.
    static @Nullable Question read(byte[] m, int length) {
        if (length < HEADER || Wire.u16(m, 4) != 1 || Wire.u16(m, 6) != 0 || Wire.u16(m, 8) != 0) {
            return null;
        }
        StringBuilder name = new StringBuilder(48);
        int at = HEADER;
        while (true) {
            if (at >= length) {
                return null;
            }
            int label = m[at++] & 0xff;
            if (label == 0) {
                break;
            }
            // Nothing before the first name of a message could be pointed to: no compression here.
            if (label > 63 || at + label > length || at + label - HEADER > MOST_NAME) {
                return null;
            }
            if (!name.isEmpty()) {
                name.append('.');
            }
            for (int end = at + label; at < end; at++) {
                int c = m[at] & 0xff;
                // A dot inside a label is not one between labels: no name of ours has it.
                name.append((char) (c >= 'A' && c <= 'Z' ? c + 32 : c == '.' ? 0xff0e : c));
            }
        }
        if (at + 4 > length || Wire.u16(m, at + 2) != IN) {
            return null;
        }
        int type = Wire.u16(m, at);
        int end = at + 4;
        int room = extendedRoom(m, length, end);
        return new Question(name.toString(), type, end, room >= 0, Math.max(PLAIN_ROOM, room));
    }

    /// The size in an OPT record (RFC 6891 §6.1.2) that follows the question at once, as in every client;
    /// else -1.
    private static int extendedRoom(byte[] m, int length, int at) {
        boolean opt = Wire.u16(m, 10) > 0 && at + 11 <= length && m[at] == 0 && Wire.u16(m, at + 1) == OPT;
        return opt ? Wire.u16(m, at + 3) : -1;
    }
}
