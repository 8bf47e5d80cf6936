package dev.gantry.daemon.trace;

import dev.gantry.engine.observe.Span;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// Spans as a collector takes them: `ExportTraceServiceRequest` of OTLP 1.x, in protocol buffers.
final class OtlpMessage {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;

    private static final int INTERNAL = 1; // SpanKind
    private static final int SERVER = 2;
    private static final int ERROR = 2; // Status.StatusCode

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private OtlpMessage() {}

    static byte[] of(List<Span> spans, Map<String, String> resource, String version) {
        var scope = new OtlpMessage();
        scope.message(1, new OtlpMessage().text(1, "dev.gantry").text(2, version));
        spans.forEach(span -> scope.message(2, span(span)));
        return new OtlpMessage()
                .message(
                        1, new OtlpMessage().message(1, attributes(1, resource)).message(2, scope))
                .out
                .toByteArray();
    }

    private static OtlpMessage span(Span span) {
        var m = new OtlpMessage()
                .bytes(1, HexFormat.of().parseHex(span.at().trace()))
                .bytes(2, HexFormat.of().parseHex(span.at().span()));
        if (!span.parent().isBeginning()) {
            m.bytes(4, HexFormat.of().parseHex(span.parent().span()));
        }
        m.text(5, span.name()).number(6, span.serves() ? SERVER : INTERNAL);
        m.fixed(7, nanos(span.begun())).fixed(8, nanos(span.begun()) + span.nanos());
        m.out.writeBytes(attributes(9, span.attributes()).out.toByteArray());
        if (!span.failure().isEmpty()) {
            m.message(15, new OtlpMessage().text(2, span.failure()).number(3, ERROR));
        }
        return m;
    }

    private static OtlpMessage attributes(int field, Map<String, String> all) {
        var m = new OtlpMessage();
        all.forEach((key, value) ->
                m.message(field, new OtlpMessage().text(1, key).message(2, new OtlpMessage().text(1, value))));
        return m;
    }

    private static long nanos(Instant at) {
        return at.getEpochSecond() * 1_000_000_000L + at.getNano();
    }

    private OtlpMessage message(int field, OtlpMessage inner) {
        return bytes(field, inner.out.toByteArray());
    }

    private OtlpMessage text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    private OtlpMessage bytes(int field, byte[] value) {
        varint((long) field << 3 | BYTES);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    private OtlpMessage number(int field, long value) {
        varint((long) field << 3 | VARINT);
        varint(value);
        return this;
    }

    private OtlpMessage fixed(int field, long value) {
        varint((long) field << 3 | FIXED64);
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
        return this;
    }

    private void varint(long value) {
        long left = value;
        while ((left & ~0x7fL) != 0) {
            out.write((int) (left & 0x7f | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
    }
}
