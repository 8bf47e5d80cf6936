package dev.gantry.engine.log.driver;

import dev.gantry.engine.log.LogOptions;
import dev.gantry.engine.log.LogRecord;
import dev.gantry.engine.log.LogSource;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/// Records as objects of GELF 1.1.
final class GelfForm {
    private static final int ERROR = 3;
    private static final int INFO = 6;

    private final JsonType<Object> json = Jsonb.instance().type(Object.class);
    private final Map<String, Object> always = new LinkedHashMap<>();
    private final String host = Hosts.name();

    GelfForm(LogSource source) {
        // First: a label with the name of one of ours does not take its place.
        source.attributes().forEach((name, value) -> always.put("_" + name, value));
        always.put("_command", String.join(" ", source.command()));
        always.put("_container_id", source.id().hex());
        always.put("_container_name", source.name());
        always.put("_created", source.created().toString());
        always.put("_image_id", source.imageId());
        always.put("_image_name", source.image());
        always.put("_tag", source.tag("{{.ID}}"));
    }

    byte[] message(LogRecord log) {
        byte[] text = log.bytes();
        int length = text.length > 0 && text[text.length - 1] == '\n' ? text.length - 1 : text.length;
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", "1.1");
        fields.put("host", host);
        fields.put("short_message", new String(text, 0, length, StandardCharsets.UTF_8));
        fields.put("timestamp", BigDecimal.valueOf(log.time().toEpochMilli(), 3));
        fields.put("level", log.stream() == LogRecord.Stream.STDERR ? ERROR : INFO);
        fields.putAll(always);
        return json.toJson(fields).getBytes(StandardCharsets.UTF_8);
    }

    /// How datagrams are made smaller.
    record Compression(Type type, int level) {
        enum Type {
            GZIP,
            ZLIB,
            NONE
        }

        static Compression of(Map<String, String> options) {
            String level = options.getOrDefault("gelf-compression-level", "1");
            if (!level.matches("-1|[0-9]")) {
                throw LogOptions.refused(
                        "gelf",
                        "unknown value \"" + level + "\" for log opt \"gelf-compression-level\" for gelf log driver",
                        "use -1 to 9");
            }
            Type type = switch (options.getOrDefault("gelf-compression-type", "gzip")) {
                case "gzip" -> Type.GZIP;
                case "zlib" -> Type.ZLIB;
                case "none" -> Type.NONE;
                case String other ->
                    throw LogOptions.refused(
                            "gelf",
                            "unknown value \"" + other + "\" for log opt \"gelf-compression-type\" for gelf log driver",
                            "use gzip, zlib or none");
            };
            return new Compression(type, Integer.parseInt(level));
        }

        byte[] apply(byte[] message) throws IOException {
            if (type == Type.NONE) {
                return message;
            }
            var out = new ByteArrayOutputStream(message.length);
            try (OutputStream smaller = stream(out)) {
                smaller.write(message);
            }
            return out.toByteArray();
        }

        private OutputStream stream(ByteArrayOutputStream out) throws IOException {
            if (type == Type.ZLIB) {
                return new DeflaterOutputStream(out, new Deflater(level));
            }
            return new GZIPOutputStream(out) {
                {
                    def.setLevel(level);
                }
            };
        }
    }
}
