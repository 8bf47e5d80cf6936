package dev.gantry.engine.log.driver;

import dev.gantry.engine.log.LogDriver;
import dev.gantry.engine.log.LogOptions;
import dev.gantry.engine.log.LogRecord;
import dev.gantry.engine.log.LogSink;
import dev.gantry.engine.log.LogSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// `journald`: the native protocol of systemd's journal, a datagram per record.
final class JournaldDriver implements LogDriver {
    private static final String ERROR = "3";
    private static final String INFO = "6";

    /// What each record says itself: a field may be there twice, and a label is to say none of these.
    private static final Set<String> OF_RECORDS =
            Set.of("CONTAINER_PARTIAL_MESSAGE", "MESSAGE", "PRIORITY", "SYSLOG_TIMESTAMP");

    private final Dialer dialer;
    private final Path socket;

    JournaldDriver(Dialer dialer, Path socket) {
        this.dialer = dialer;
        this.socket = socket;
    }

    @Override
    public void check(Map<String, String> options) {
        LogOptions.requireKnown("journald", Set.of(), options);
    }

    @Override
    public LogSink open(LogSource source) throws IOException {
        try {
            return new Sink(dialer.dial(LogAddress.datagrams(socket.toString()), null, false), fields(source));
        } catch (IOException e) {
            throw new IOException("journald is not enabled on this host: " + e.getMessage(), e);
        }
    }

    private static Map<String, String> fields(LogSource source) {
        Map<String, String> all = new LinkedHashMap<>();
        source.attributes().forEach((name, value) -> {
            String field = fieldName(name);
            if (!field.isEmpty() && !OF_RECORDS.contains(field)) {
                all.put(field, value);
            }
        });
        String tag = source.tag("{{.ID}}");
        all.put("CONTAINER_ID", source.id().shortHex());
        all.put("CONTAINER_ID_FULL", source.id().hex());
        all.put("CONTAINER_NAME", source.name());
        all.put("CONTAINER_TAG", tag);
        all.put("IMAGE_NAME", source.image());
        all.put("SYSLOG_IDENTIFIER", tag);
        return all;
    }

    /// Capital letters, digits and underscores, beginning with a letter: others the journal drops.
    private static String fieldName(String text) {
        return text.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_").replaceFirst("^_+", "");
    }

    private record Sink(Wire wire, Map<String, String> always) implements LogSink {
        @Override
        public void write(LogRecord log) throws IOException {
            byte[] text = log.bytes();
            boolean whole = text.length > 0 && text[text.length - 1] == '\n';
            var out = new ByteArrayOutputStream(512 + text.length);
            always.forEach((name, value) -> field(out, name, value.getBytes(StandardCharsets.UTF_8)));
            field(out, "PRIORITY", ascii(log.stream() == LogRecord.Stream.STDERR ? ERROR : INFO));
            field(out, "SYSLOG_TIMESTAMP", ascii(log.time().toString()));
            if (!whole) {
                field(out, "CONTAINER_PARTIAL_MESSAGE", ascii("true"));
            }
            field(out, "MESSAGE", whole ? Arrays.copyOf(text, text.length - 1) : text);
            wire.send(out.toByteArray());
        }

        /// A value with a newline is counted.
        private static void field(ByteArrayOutputStream out, String name, byte[] value) {
            out.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
            boolean plain = true;
            for (byte b : value) {
                plain &= b != '\n';
            }
            if (plain) {
                out.write('=');
            } else {
                out.write('\n');
                out.writeBytes(ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(value.length)
                        .array());
            }
            out.writeBytes(value);
            out.write('\n');
        }

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public void flush() throws IOException {
            wire.flush();
        }

        @Override
        public void close() {
            wire.close();
        }
    }
}
