package dev.gantry.engine.log;

import dev.gantry.base.Unavailable;
import dev.gantry.engine.container.RotatedLog;
import dev.gantry.runtime.watch.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The files of one log, all opened at one moment, read one after the other as one stream of bytes, and only forwards
/// once reading has begun. A rotation does not disturb who has them open.
final class LogFiles implements AutoCloseable {
    private static final int ATTEMPTS = 20;
    private static final int BACKWARDS = 64 << 10;

    private final List<LogPart> parts;
    private int current;
    private long offset;

    private LogFiles(List<LogPart> parts) {
        this.parts = parts;
    }

    static LogFiles open(Path log) {
        for (int i = 0; i < ATTEMPTS; i++) {
            RotatedLog before = RotatedLog.at(log);
            List<LogPart> parts = new ArrayList<>();
            try {
                for (long g = before.oldest(); g <= before.newest(); g++) {
                    parts.add(LogPart.open(g, before.of(g)));
                }
                if (RotatedLog.at(log).equals(before)) {
                    return new LogFiles(parts);
                }
            } catch (NoSuchFileException e) {
                if (before.newest() == 0 && before.older() == 0) {
                    return new LogFiles(List.of()); // it has not run yet
                }
            } catch (IOException e) {
                new LogFiles(parts).close();
                throw unreadable(log, e);
            } catch (RuntimeException e) {
                new LogFiles(parts).close();
                throw e;
            }
            // It rotated in between.
            new LogFiles(parts).close();
        }
        throw unreadable(log, new IOException("it rotates faster than it can be read"));
    }

    static Unavailable unreadable(Path log, IOException e) {
        return new Unavailable("read the log " + log, String.valueOf(e.getMessage()), "look at the disk", e);
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    /// Fills `into` with what comes next; -1 at the end of what is there now.
    int read(ByteBuffer into) throws IOException {
        while (current < parts.size()) {
            int n = parts.get(current).channel().read(into, offset);
            if (n > 0) {
                offset += n;
                return n;
            }
            if (current == parts.size() - 1) {
                return -1;
            }
            go(current + 1, 0);
        }
        return -1;
    }

    /// The place of the next byte.
    LogPosition position() {
        return parts.isEmpty()
                ? LogPosition.START
                : new LogPosition(parts.get(current).generation(), offset);
    }

    /// Goes to the beginning of the last `lines` lines.
    void seekLast(long lines) throws IOException {
        long missing = lines;
        ByteBuffer block = ByteBuffer.allocate(BACKWARDS);
        for (int p = parts.size() - 1; p >= 0; p--) {
            FileChannel channel = parts.get(p).channel();
            long size = channel.size();
            long at = size;
            while (at > 0) {
                int n = (int) Math.min(BACKWARDS, at);
                at -= n;
                readFully(channel, block.clear().limit(n), at);
                for (int i = n - 1; i >= 0; i--) {
                    // The newline that ends the file ends the last line and begins none.
                    if (block.get(i) == '\n' && at + i < size - 1 && --missing == 0) {
                        go(p, at + i + 1);
                        return;
                    }
                }
            }
            if (size > 0 && --missing == 0) {
                go(p, 0);
                return;
            }
        }
    }

    /// Goes to a place; when its file is gone, to the beginning of the oldest there is, and when it is behind
    /// the end of its file, to the beginning of that. False: some may have been missed.
    boolean seek(LogPosition place) throws IOException {
        for (int p = 0; p < parts.size(); p++) {
            if (parts.get(p).generation() == place.generation()) {
                boolean within = place.offset() <= parts.get(p).channel().size();
                go(p, within ? place.offset() : 0);
                return within;
            }
        }
        return parts.isEmpty();
    }

    void seekEnd() throws IOException {
        if (!parts.isEmpty()) {
            int last = parts.size() - 1;
            go(last, parts.get(last).channel().size());
        }
    }

    /// What is before is not read any more: it may be an unpacked copy, which takes room as long as it is open.
    private void go(int part, long place) {
        parts.subList(0, part).forEach(LogPart::close);
        current = part;
        offset = place;
    }

    private static void readFully(FileChannel channel, ByteBuffer into, long from) throws IOException {
        long at = from;
        while (into.hasRemaining()) {
            int n = channel.read(into, at);
            if (n <= 0) {
                throw new IOException("the log became shorter while it was read");
            }
            at += n;
        }
    }

    @Override
    public void close() {
        parts.forEach(LogPart::close);
    }
}
