package dev.gantry.network.dns;

/// Numbers and names in messages (RFC 1035 §4.1).
final class Wire {
    static final int QR = 0x8000;
    static final int OPCODE = 0x7800;
    static final int TC = 0x0200;
    static final int RD = 0x0100;
    static final int RA = 0x0080;
    static final int RCODE = 0x000f;

    static final int NOERROR = 0;
    static final int FORMERR = 1;
    static final int SERVFAIL = 2;
    static final int NXDOMAIN = 3;
    static final int NOTIMP = 4;
    static final int REFUSED = 5;

    private Wire() {}

    static int u16(byte[] m, int at) {
        return (m[at] & 0xff) << 8 | m[at + 1] & 0xff;
    }

    static int put16(byte[] m, int at, int value) {
        m[at] = (byte) (value >>> 8);
        m[at + 1] = (byte) value;
        return at + 2;
    }

    static int put32(byte[] m, int at, int value) {
        return put16(m, put16(m, at, value >>> 16), value);
    }

    /// Writes a name; -1 when it is none.
    static int putName(byte[] m, int at, String name) {
        int start = at;
        for (String label : name.split("\\.", -1)) {
            if (label.isEmpty() || label.length() > 63 || at + label.length() + 2 - start > 255) {
                return -1;
            }
            m[at++] = (byte) label.length();
            for (int i = 0; i < label.length(); i++) {
                m[at++] = (byte) label.charAt(i);
            }
        }
        m[at++] = 0;
        return at;
    }
}
