package dev.gantry.engine.log;

import dev.gantry.runtime.watch.Follower;
import dev.gantry.runtime.watch.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// First what is in the files; then, when following, what the watch sends from exactly there on; and when the watch is
/// gone, what it had still written.
final class FileLogStream implements LogStream {
    private static final int BLOCK = 64 << 10;
    private static final int QUEUE = 64;

    private final Path log;
    private final RecordForm form;
    private final LogQuery query;
    private final Function<LogPosition, Optional<Follower>> follow;
    private final LineSplitter lines = new LineSplitter();
    private final ArrayDeque<LogRecord> ready = new ArrayDeque<>();

    /// Only while files are read: most of who follows waits, for hours.
    private @Nullable ByteBuffer block;

    /// Pieces of the log from the follower's thread; an empty one is the end.
    private final ArrayBlockingQueue<byte[]> pieces = new ArrayBlockingQueue<>(QUEUE);

    private volatile LogFiles files;
    private Phase phase = Phase.FILES;

    /// Records come in the order of time: after the first that is too late there is none.
    private boolean past;

    /// The place behind the last byte that was taken from the follower.
    private volatile LogPosition followed = LogPosition.START;

    private volatile boolean closed;
    private volatile @Nullable Follower follower;

    private enum Phase {
        FILES,
        FOLLOWING,
        REST,
        END
    }

    FileLogStream(
            Path log,
            RecordForm form,
            LogFiles files,
            LogQuery query,
            Function<LogPosition, Optional<Follower>> follow) {
        this.log = log;
        this.form = form;
        this.files = files;
        this.query = query;
        this.follow = follow;
        try {
            if (query.tail() == 0) {
                files.seekEnd();
            } else if (query.tail() > 0) {
                files.seekLast(query.tail());
            }
        } catch (IOException e) {
            files.close();
            throw LogFiles.unreadable(log, e);
        }
    }

    @Override
    public Optional<LogRecord> next() {
        while (ready.isEmpty() && !closed && !past && phase != Phase.END) {
            switch (phase) {
                case FILES, REST -> readFiles();
                case FOLLOWING -> readFollower();
                case END -> {}
            }
        }
        return closed ? Optional.empty() : Optional.ofNullable(ready.poll());
    }

    private void readFiles() {
        ByteBuffer room = block == null ? ByteBuffer.allocate(BLOCK) : block.clear();
        block = room;
        try {
            if (files.read(room) > 0) {
                lines.feed(room.flip(), this::take);
            } else if (phase == Phase.REST || !query.follow()) {
                phase = Phase.END;
            } else {
                begin(files.position());
            }
        } catch (IOException e) {
            if (!closed) {
                throw LogFiles.unreadable(log, e);
            }
            // The reader let go while the file was being read: that is an end, not a failure.
        }
    }

    private void begin(LogPosition position) {
        followed = position;
        Optional<Follower> found = follow.apply(position);
        if (found.isEmpty()) {
            rest();
            return;
        }
        Follower f = found.get();
        follower = f;
        block = null;
        phase = Phase.FOLLOWING;
        Thread.startVirtualThread(() -> pump(f));
    }

    private void pump(Follower f) {
        try {
            f.pump((at, bytes) -> {
                byte[] piece = new byte[bytes.remaining()];
                bytes.get(piece);
                put(piece);
                followed = new LogPosition(at.generation(), at.offset() + piece.length);
            });
        } catch (IOException | RuntimeException e) {
            // The rest is in the files.
        } finally {
            f.close();
            try {
                put(new byte[0]);
            } catch (IOException e) {
                // Nobody reads any more.
            }
        }
    }

    private void put(byte[] piece) throws IOException {
        try {
            pieces.put(piece);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        if (closed) {
            pieces.clear();
            // The end that `close` left may just have been cleared, and a reader may still wait for it.
            pieces.offer(new byte[0]);
            throw new IOException("the reader has gone");
        }
    }

    private void readFollower() {
        try {
            byte[] piece = pieces.take();
            if (piece.length == 0) {
                rest();
            } else {
                lines.feed(ByteBuffer.wrap(piece), this::take);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
        }
    }

    /// What was written after the last byte that we have. Usually nothing. When the container was removed meanwhile,
    /// what it has written is in the files that we still have.
    private void rest() {
        phase = Phase.REST;
        LogFiles held = files;
        LogFiles there = LogFiles.open(log);
        LogFiles last = there.isEmpty() ? held : there;
        files = last;
        if (last != held) {
            held.close();
        }
        if (closed) {
            // The reader may have let go of the files before.
            last.close();
            return;
        }
        try {
            if (!last.seek(followed) && last == held) {
                last.seekEnd(); // it had rotated since
            }
        } catch (IOException e) {
            if (!closed) {
                throw LogFiles.unreadable(log, e);
            }
        }
    }

    private void take(byte[] line, int length) {
        form.parse(line, length).ifPresent(r -> {
            if (r.time().isAfter(query.until())) {
                past = true;
            } else if (wanted(r)) {
                ready.add(r);
            }
        });
    }

    private boolean wanted(LogRecord r) {
        boolean stream = r.stream() == LogRecord.Stream.STDOUT ? query.stdout() : query.stderr();
        return stream && !r.time().isBefore(query.since());
    }

    @Override
    public void close() {
        closed = true;
        Follower f = follower;
        if (f != null) {
            f.close();
        }
        pieces.clear();
        pieces.offer(new byte[0]);
        files.close();
    }
}
