package dev.gantry.engine.plugin.log;

import dev.gantry.base.GantryException;
import dev.gantry.engine.log.LogRecord;
import dev.gantry.engine.log.LogSink;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes one container's records into the pipe to a plugin. What is flushed the plugin has read.
final class PluginLogSink implements LogSink {
    private static final Logger LOG = LoggerFactory.getLogger(PluginLogSink.class);

    /// A record without a newline is a part of a longer line when it is as long as a record can be; a shorter one is
    /// the last that was written.
    private static final int PIECE = 16 << 10;

    private final LogPipe pipe;
    private final Runnable stop;
    private final Map<LogRecord.Stream, LogEntry.Part> parts = new EnumMap<>(LogRecord.Stream.class);
    private final AtomicBoolean closed = new AtomicBoolean();

    /// @param stop tells the plugin that no more comes
    PluginLogSink(LogPipe pipe, Runnable stop) {
        this.pipe = pipe;
        this.stop = stop;
    }

    @Override
    public void write(LogRecord log) throws IOException {
        pipe.write(entry(log).encoded());
    }

    private LogEntry entry(LogRecord log) {
        byte[] bytes = log.bytes();
        boolean whole = bytes.length > 0 && bytes[bytes.length - 1] == '\n';
        boolean last = whole || bytes.length < PIECE;
        LogEntry.Part before = parts.get(log.stream());
        Optional<LogEntry.Part> part = Optional.empty();
        if (before != null || !last) {
            String id = before == null ? UUID.randomUUID().toString().replace("-", "") : before.id();
            part = Optional.of(new LogEntry.Part(id, before == null ? 1 : before.ordinal() + 1, last));
        }
        if (last) {
            parts.remove(log.stream());
        } else {
            part.ifPresent(p -> parts.put(log.stream(), p));
        }
        long nanos = log.time().getEpochSecond() * 1_000_000_000 + log.time().getNano();
        byte[] line = whole ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
        return new LogEntry(log.stream().name().toLowerCase(Locale.ROOT), nanos, line, part);
    }

    @Override
    public void flush() throws IOException {
        pipe.drain();
    }

    /// Nobody waits for the plugin's answer: it may hang.
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        Thread.startVirtualThread(() -> {
            try {
                stop.run();
            } catch (GantryException e) {
                LOG.warn("plugin not told of the end of a log: {}", e.getMessage());
            } finally {
                pipe.close();
            }
        });
    }
}
