package dev.gantry.network.dns;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Queries and answers for tests: written and read the long way round.
final class Query {
    private Query() {}

    static byte[] of(int id, String name, int type) {
        return of(id, name, type, 0);
    }

    /// With an OPT record of `room` bytes, unless that is 0.
    static byte[] of(int id, String name, int type, int room) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        words(out, id, Wire.RD, 1, 0, 0, room > 0 ? 1 : 0);
        for (String label : name.isEmpty() ? new String[0] : name.split("\\.")) {
            byte[] bytes = label.getBytes(StandardCharsets.ISO_8859_1);
            out.write(bytes.length);
            out.writeBytes(bytes);
        }
        out.write(0);
        words(out, type, 1);
        if (room > 0) {
            out.write(0);
            words(out, Question.OPT, room, 0, 0, 0);
        }
        return out.toByteArray();
    }

    static void words(ByteArrayOutputStream out, int... words) {
        for (int w : words) {
            out.write(w >>> 8);
            out.write(w);
        }
    }

    static int code(byte[] answer) {
        return Wire.u16(answer, 2) & Wire.RCODE;
    }

    /// The addresses and names in the answer's records, in their order.
    static List<String> records(byte[] m) {
        List<String> records = new ArrayList<>();
        int at = Question.HEADER;
        for (int q = Wire.u16(m, 4); q > 0; q--) {
            at = skip(m, at) + 4;
        }
        for (int a = Wire.u16(m, 6); a > 0; a--) {
            at = skip(m, at);
            int type = Wire.u16(m, at);
            int size = Wire.u16(m, at + 8);
            at += 10;
            byte[] data = java.util.Arrays.copyOfRange(m, at, at + size);
            records.add(
                    type == Question.PTR
                            ? name(m, at)
                            : dev.gantry.network.address.Ip.of(data).toString());
            at += size;
        }
        return records;
    }

    static int skip(byte[] m, int start) {
        int at = start;
        while (m[at] != 0) {
            if ((m[at] & 0xc0) == 0xc0) {
                return at + 2;
            }
            at += 1 + m[at];
        }
        return at + 1;
    }

    private static String name(byte[] m, int start) {
        List<String> labels = new ArrayList<>();
        for (int at = start; m[at] != 0; at += 1 + m[at]) {
            labels.add(new String(m, at + 1, m[at], StandardCharsets.ISO_8859_1));
        }
        return String.join(".", labels);
    }
}
