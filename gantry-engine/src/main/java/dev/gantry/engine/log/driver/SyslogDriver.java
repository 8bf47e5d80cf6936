package dev.gantry.engine.log.driver;

import dev.gantry.engine.log.LogDriver;
import dev.gantry.engine.log.LogOptions;
import dev.gantry.engine.log.LogRecord;
import dev.gantry.engine.log.LogSink;
import dev.gantry.engine.log.LogSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// `syslog`: a message per record, to a daemon of this host or another. RFC 3164, RFC 5424, RFC 5425.
final class SyslogDriver implements LogDriver {
    private static final String TLS = "tcp+tls";
    private static final int PORT = 514;
    private static final Set<String> OPTIONS = Set.of(
            "syslog-address",
            "syslog-facility",
            "syslog-format",
            "syslog-tls-ca-cert",
            "syslog-tls-cert",
            "syslog-tls-key",
            "syslog-tls-skip-verify");
    private static final Set<String> SCHEMES = Set.of("udp", "tcp", TLS, "unix", "unixgram");

    /// Where daemons of this host listen, by custom.
    private static final List<String> LOCAL = List.of("/dev/log", "/var/run/syslog", "/var/run/log");

    private final Dialer dialer;

    SyslogDriver(Dialer dialer) {
        this.dialer = dialer;
    }

    @Override
    public void check(Map<String, String> options) {
        LogOptions.requireKnown("syslog", OPTIONS, options);
        SyslogForm.facility(options.getOrDefault("syslog-facility", ""));
        SyslogForm.Kind.of(options.getOrDefault("syslog-format", ""));
        address(options);
        LogTls.check("syslog", options);
    }

    private static @Nullable LogAddress address(Map<String, String> options) {
        String text = options.getOrDefault("syslog-address", "");
        return text.isEmpty() ? null : LogAddress.parse("syslog", text, SCHEMES, PORT);
    }

    @Override
    public LogSink open(LogSource source) throws IOException {
        LogAddress to = address(source.options());
        boolean secret = to != null && to.scheme().equals(TLS);
        SyslogForm form = new SyslogForm(
                SyslogForm.facility(source.option("syslog-facility")),
                SyslogForm.Kind.of(source.option("syslog-format")),
                secret,
                source.tag("{{.ID}}"));
        SSLContext tls = secret ? LogTls.context("syslog", source.options()) : null;
        return new Sink(to == null ? local() : dialer.dial(to, tls, false), form);
    }

    private Wire local() throws IOException {
        for (String path : LOCAL) {
            if (Files.exists(Path.of(path))) {
                try {
                    return dialer.dial(LogAddress.datagrams(path), null, false);
                } catch (IOException noDatagrams) {
                    return dialer.dial(new LogAddress("unix", "", 0, path), null, false);
                }
            }
        }
        throw new IOException("Unix syslog delivery error");
    }

    private record Sink(Wire wire, SyslogForm form) implements LogSink {
        @Override
        public void write(LogRecord log) throws IOException {
            wire.send(form.message(log));
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
