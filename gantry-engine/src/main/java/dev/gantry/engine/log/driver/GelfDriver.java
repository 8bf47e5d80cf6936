package dev.gantry.engine.log.driver;

import dev.gantry.engine.log.LogDriver;
import dev.gantry.engine.log.LogOptions;
import dev.gantry.engine.log.LogSink;
import dev.gantry.engine.log.LogSource;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/// `gelf`: GELF 1.1, over UDP compressed and in chunks, over TCP as it is.
final class GelfDriver implements LogDriver {
    private static final Set<String> SCHEMES = Set.of("udp", "tcp");
    private static final Set<String> OPTIONS = Set.of(
            "gelf-address",
            "gelf-compression-level",
            "gelf-compression-type",
            "gelf-tcp-max-reconnect",
            "gelf-tcp-reconnect-delay");

    private final Dialer dialer;

    GelfDriver(Dialer dialer) {
        this.dialer = dialer;
    }

    @Override
    public void check(Map<String, String> options) {
        LogOptions.requireKnown("gelf", OPTIONS, options);
        boolean udp = address(options).scheme().equals("udp");
        for (String name : options.keySet()) {
            if (!udp && name.startsWith("gelf-compression")) {
                throw LogOptions.refused("gelf", "compression is only supported on UDP", "leave " + name + " out");
            }
            if (udp && name.startsWith("gelf-tcp")) {
                throw LogOptions.refused("gelf", name + " is only supported for TCP", "leave it out");
            }
        }
        GelfForm.Compression.of(options);
        count(options, "gelf-tcp-max-reconnect");
        count(options, "gelf-tcp-reconnect-delay");
    }

    private static void count(Map<String, String> options, String name) {
        String value = options.getOrDefault(name, "");
        if (!value.isEmpty() && !value.matches("[0-9]{1,9}")) {
            throw LogOptions.refused("gelf", name + " must be a positive integer", "correct it");
        }
    }

    private static LogAddress address(Map<String, String> options) {
        String text = options.getOrDefault("gelf-address", "");
        if (text.isEmpty()) {
            throw LogOptions.refused("gelf", "gelf-address is a required parameter", "give udp://host:port");
        }
        return LogAddress.parse("gelf", text, SCHEMES, 0);
    }

    @Override
    public LogSink open(LogSource source) throws IOException {
        LogAddress to = address(source.options());
        GelfForm form = new GelfForm(source);
        Wire wire = dialer.dial(to, null, false);
        return to.scheme().equals("udp")
                ? new GelfSink.Chunked(wire, form, GelfForm.Compression.of(source.options()))
                : new GelfSink.Streamed(wire, form);
    }
}
