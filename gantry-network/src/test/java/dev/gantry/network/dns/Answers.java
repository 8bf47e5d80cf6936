package dev.gantry.network.dns;

import dev.gantry.network.address.Ip;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/// What an upstream server says.
final class Answers {
    private Answers() {}

    static byte[] address(byte[] query, String ip) {
        return of(query, Wire.NOERROR, ip);
    }

    static byte[] code(byte[] query, int code) {
        return of(query, code);
    }

    static byte[] addresses(byte[] query, int count) {
        String[] ips = new String[count];
        Arrays.setAll(ips, i -> "192.0.2." + i);
        return of(query, Wire.NOERROR, ips);
    }

    private static byte[] of(byte[] query, int code, String... ips) {
        Question question = Question.read(query, query.length);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Query.words(out, Wire.u16(query, 0), Wire.QR | Wire.RA | Wire.RD | code, 1, ips.length, 0, 0);
        out.write(query, Question.HEADER, question.end() - Question.HEADER);
        for (String ip : ips) {
            Query.words(out, 0xc00c, Question.A, 1, 0, 60, 4);
            out.writeBytes(Ip.parse(ip).bytes());
        }
        return out.toByteArray();
    }
}
