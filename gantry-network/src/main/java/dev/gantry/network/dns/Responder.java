package dev.gantry.network.dns;

import dev.gantry.network.address.Ip;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Answers what a view knows. No I/O and nothing kept between messages but the buffer its caller gives:
/// the hot path.
final class Responder {
    /// Not for us to answer: forward it, as it is.
    static final int FORWARD = -1;
    /// Not a query, and not worth an answer.
    static final int DROP = -2;

    /// A view changes when containers come and go; clients that cache ask again after this many seconds.
    private static final int TTL = 600;
    /// What we take ourselves (DNS flag day 2020).
    private static final int OWN_ROOM = 1232;

    private static final int OPT_SIZE = 11;
    private static final String REVERSE_V4 = ".in-addr.arpa";
    private static final String REVERSE_V6 = ".ip6.arpa";

    private Responder() {}

    /// Writes the answer to the query `in[0..length)` into `out` and returns its length, or [#FORWARD] or
    /// [#DROP]. `turn` is where lists of addresses begin. Never throws, whatever the bytes.
    static int answer(NameView view, byte[] in, int length, byte[] out, boolean datagram, int turn) {
        if (length < Question.HEADER || (Wire.u16(in, 2) & Wire.QR) != 0) {
            return DROP;
        }
        if ((Wire.u16(in, 2) & Wire.OPCODE) != 0) {
            return error(in, length, out, Wire.NOTIMP);
        }
        Question question = Question.read(in, length);
        if (question == null) {
            return error(in, length, out, Wire.FORMERR);
        }
        int limit = datagram ? Math.min(question.room(), out.length) : out.length;
        List<Ip> ips = view.addresses().get(question.name());
        if (ips != null) {
            return addresses(question, in, out, ips, limit, turn);
        }
        if (question.type() == Question.PTR) {
            Ip ip = reversed(question.name());
            String name = ip == null ? null : view.names().get(ip);
            if (name != null) {
                return pointer(question, in, out, name);
            }
        }
        return view.forwards() ? FORWARD : error(in, length, out, Wire.NXDOMAIN);
    }

    /// An answer without records: the question, if it can be read, with an error.
    static int error(byte[] in, int length, byte[] out, int code) {
        Question question = Question.read(in, length);
        int end = question == null ? Question.HEADER : question.end();
        System.arraycopy(in, 0, out, 0, end);
        Wire.put16(out, 2, Wire.QR | Wire.RA | Wire.u16(in, 2) & (Wire.RD | Wire.OPCODE) | code);
        Wire.put16(out, 4, question == null ? 0 : 1);
        Wire.put16(out, 6, 0);
        Wire.put16(out, 8, 0);
        Wire.put16(out, 10, 0);
        return question != null && question.extended() ? extend(out, end) : end;
    }

    /// A name that is known and has no address of the kind asked for exists all the same: no records, no
    /// error.
    private static int addresses(Question q, byte[] in, byte[] out, List<Ip> ips, int limit, int turn) {
        System.arraycopy(in, 0, out, 0, q.end());
        int at = q.end();
        int count = 0;
        boolean cut = false;
        int reserve = q.extended() ? OPT_SIZE : 0;
        for (int i = 0; i < ips.size(); i++) {
            Ip ip = ips.get(Math.floorMod(turn + i, ips.size()));
            boolean wanted = q.type() == Question.ANY || q.type() == (ip.isV4() ? Question.A : Question.AAAA);
            if (wanted) {
                int size = ip.isV4() ? 4 : 16;
                if (at + 12 + size + reserve > limit) {
                    cut = true;
                    break;
                }
                at = record(out, at, ip.isV4() ? Question.A : Question.AAAA, size);
                for (int b = size - 1; b >= 0; b--) {
                    out[at++] = (byte) (b < 8 ? ip.low() >>> b * 8 : ip.high() >>> (b - 8) * 8);
                }
                count++;
            }
        }
        return finish(q, in, out, at, count, cut);
    }

    private static int pointer(Question q, byte[] in, byte[] out, String name) {
        System.arraycopy(in, 0, out, 0, q.end());
        int start = q.end() + 12;
        int end = Wire.putName(out, start, name);
        if (end < 0) {
            return finish(q, in, out, q.end(), 0, false);
        }
        record(out, q.end(), Question.PTR, end - start);
        return finish(q, in, out, end, 1, false);
    }

    /// The head of a record about the question's name, which stands right after the header.
    private static int record(byte[] out, int at, int type, int size) {
        int next = Wire.put16(out, at, 0xc000 | Question.HEADER);
        next = Wire.put16(out, next, type);
        next = Wire.put16(out, next, 1);
        next = Wire.put32(out, next, TTL);
        return Wire.put16(out, next, size);
    }

    private static int finish(Question q, byte[] in, byte[] out, int at, int count, boolean cut) {
        Wire.put16(out, 2, Wire.QR | Wire.RA | Wire.u16(in, 2) & Wire.RD | (cut ? Wire.TC : 0));
        Wire.put16(out, 4, 1);
        Wire.put16(out, 6, count);
        Wire.put16(out, 8, 0);
        Wire.put16(out, 10, 0);
        return q.extended() ? extend(out, at) : at;
    }

    private static int extend(byte[] out, int at) {
        out[at] = 0;
        int next = Wire.put16(out, at + 1, Question.OPT);
        next = Wire.put16(out, next, OWN_ROOM);
        next = Wire.put32(out, next, 0);
        Wire.put16(out, next, 0);
        Wire.put16(out, 10, 1);
        return at + OPT_SIZE;
    }

    /// `4.3.2.1.in-addr.arpa`, or 32 hex digits with dots and `.ip6.arpa`; null when it is neither.
    static @Nullable Ip reversed(String name) {
        if (name.endsWith(REVERSE_V4)) {
            String[] parts =
                    name.substring(0, name.length() - REVERSE_V4.length()).split("\\.", -1);
            if (parts.length != 4) {
                return null;
            }
            Optional<Ip> ip = Ip.find(parts[3] + "." + parts[2] + "." + parts[1] + "." + parts[0]);
            return ip.orElse(null);
        }
        if (!name.endsWith(REVERSE_V6) || name.length() != 63 + REVERSE_V6.length()) {
            return null;
        }
        byte[] bytes = new byte[16];
        for (int i = 0; i < 32; i++) {
            int digit = Character.digit(name.charAt(62 - 2 * i), 16);
            if (digit < 0 || i > 0 && name.charAt(63 - 2 * i) != '.') {
                return null;
            }
            bytes[i / 2] |= (byte) (i % 2 == 0 ? digit << 4 : digit);
        }
        return Ip.of(bytes);
    }
}
