package dev.gantry.engine.plugin.log;

import dev.gantry.base.Unavailable;
import dev.gantry.engine.log.LogQuery;
import dev.gantry.engine.log.LogRecord;
import dev.gantry.engine.log.LogStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/// What a plugin has kept of a container, as it sends it.
final class PluginLogStream implements LogStream {
    private final String what;
    private final InputStream in;
    private final LogQuery query;
    private volatile boolean closed;

    PluginLogStream(String what, InputStream in, LogQuery query) {
        this.what = what;
        this.in = in;
        this.query = query;
    }

    @Override
    public Optional<LogRecord> next() {
        try {
            while (true) {
                Optional<LogRecord> read = LogEntry.read(in).map(PluginLogStream::log);
                if (read.isEmpty() || isWanted(read.get())) {
                    return read;
                }
            }
        } catch (IOException e) {
            if (closed) {
                return Optional.empty();
            }
            throw new Unavailable(what, "the plugin broke off: " + e.getMessage(), "see the log of the plugin", e);
        }
    }

    /// Plugins send what they like; streams they do not know of at all.
    private boolean isWanted(LogRecord log) {
        boolean stream = log.stream() == LogRecord.Stream.STDOUT ? query.stdout() : query.stderr();
        return stream && !log.time().isBefore(query.since()) && !log.time().isAfter(query.until());
    }

    /// As dockerd does: a line of the plugin's is a line, unless it says that there is more.
    private static LogRecord log(LogEntry entry) {
        var stream = entry.source().equals("stderr") ? LogRecord.Stream.STDERR : LogRecord.Stream.STDOUT;
        Instant time = Instant.ofEpochSecond(0, entry.nanos());
        byte[] bytes = entry.line();
        if (entry.part().map(LogEntry.Part::last).orElse(true)) {
            bytes = Arrays.copyOf(bytes, bytes.length + 1);
            bytes[bytes.length - 1] = '\n';
        }
        return new LogRecord(stream, time, time.toString(), bytes);
    }

    @Override
    public void close() {
        closed = true;
        try {
            in.close();
        } catch (IOException e) {
            // It is over all the same.
        }
    }
}
