package dev.gantry.engine.log;

import dev.gantry.runtime.watch.Follower;
import dev.gantry.runtime.watch.LogPosition;
import dev.gantry.runtime.watch.StreamEnd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads one container's records, first in its files and then as they are written, and sends them until the container
/// has ended and nothing is left. What fails is tried again from the last place that is known to have been sent.
final class Shipper implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Shipper.class);
    private static final int BLOCK = 64 << 10;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /// What a shipper asks of whoever knows the container.
    interface Run {
        /// Empty when it does not run.
        Optional<Follower> follow(LogPosition from);

        /// Whether no more is written, for now.
        boolean isOver();

        /// Takes the shipper from where it is found. False: another run began meanwhile.
        boolean leave();

        /// It ends, whatever there is still to be sent.
        void gone();
    }

    private final LogDriver driver;
    private final LogSource source;
    private final Path file;
    private final RecordForm form;
    private final Run run;
    private final LineSplitter lines = new LineSplitter();
    private final ByteBuffer block = ByteBuffer.allocate(BLOCK);
    private final CountDownLatch done = new CountDownLatch(1);

    private LogPosition sent = LogPosition.START;

    /// Whether `sent` is what was stored, or newer.
    private boolean begun;

    private volatile boolean stopped;
    private volatile @Nullable LogSink sink;
    private volatile @Nullable Follower follower;
    private volatile @Nullable Thread thread;

    /// `sink` is open already, or is opened in time.
    Shipper(LogDriver driver, LogSource source, Path file, RecordForm form, @Nullable LogSink sink, Run run) {
        this.driver = driver;
        this.source = source;
        this.file = file;
        this.form = form;
        this.sink = sink;
        this.run = run;
    }

    void start() {
        thread = Thread.startVirtualThread(this);
    }

    /// Whether all has been sent within `patience`.
    boolean await(Duration patience) {
        try {
            return done.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Ends as soon as it can. What is not sent is still in the file.
    void stop() {
        stopped = true;
        Follower f = follower;
        if (f != null) {
            f.close();
        }
        Thread t = thread;
        if (t != null) {
            t.interrupt();
        }
        closeSink();
    }

    @Override
    public void run() {
        try {
            for (Duration pause = FIRST_PAUSE; !stopped; pause = longer(pause)) {
                LogPosition before = sent;
                try (SentPosition place = SentPosition.beside(file)) {
                    if (!begun) {
                        sent = place.read();
                        begun = true;
                    }
                    ship(place);
                    return;
                } catch (IOException | RuntimeException e) {
                    // Whatever it was, it may pass: only who stops us may leave records behind.
                    if (stopped) {
                        return;
                    }
                    closeSink();
                    if (!sent.equals(before)) {
                        pause = FIRST_PAUSE;
                    }
                    LOG.warn(
                            "log of container id={} not sent, tried again: {}",
                            source.id().shortHex(),
                            e.toString());
                }
                sleep(pause);
            }
        } finally {
            closeSink();
            run.gone();
            done.countDown();
        }
    }

    /// Until nothing is left.
    private void ship(SentPosition place) throws IOException {
        while (!stopped) {
            boolean over = run.isOver();
            readFiles(place);
            if (over && run.leave()) {
                return;
            }
            if (!follow(place)) {
                sleep(LOOK_AGAIN);
            }
        }
    }

    private void readFiles(SentPosition place) throws IOException {
        lines.reset();
        try (LogFiles files = LogFiles.open(file)) {
            if (!files.seek(sent)) {
                LOG.warn(
                        "log of container id={}: records were rotated away before they were sent",
                        source.id().shortHex());
            }
            while (files.read(block.clear()) > 0) {
                take(block.flip(), files.position(), place);
            }
        }
    }

    /// False when there was nobody to follow, or nobody who has what comes next.
    private boolean follow(SentPosition place) throws IOException {
        lines.reset();
        Optional<Follower> found = run.follow(sent);
        if (found.isEmpty()) {
            return false;
        }
        try (Follower f = found.get()) {
            follower = f;
            if (!stopped) {
                StreamEnd end = f.pump((at, bytes) ->
                        take(bytes, new LogPosition(at.generation(), at.offset() + bytes.remaining()), place));
                return end.reason() != StreamEnd.Reason.GENERATION_GONE;
            }
        } finally {
            follower = null;
        }
        return true;
    }

    /// `end` is the place behind the bytes.
    private void take(ByteBuffer bytes, LogPosition end, SentPosition place) throws IOException {
        IOException[] failed = new IOException[1];
        lines.feed(bytes, (line, length) -> {
            if (failed[0] == null) {
                failed[0] = write(line, length);
            }
        });
        if (failed[0] != null) {
            throw failed[0];
        }
        LogSink open = sink;
        if (open != null) {
            open.flush();
        }
        sent = new LogPosition(end.generation(), end.offset() - lines.pending());
        place.write(sent);
    }

    private @Nullable IOException write(byte[] line, int length) {
        Optional<LogRecord> log = form.parse(line, length);
        if (log.isPresent()) {
            try {
                open().write(log.get());
            } catch (IOException e) {
                return e;
            }
        }
        return null;
    }

    /// With the first record that it is needed for: a container that is over and has nothing left reaches no place.
    private LogSink open() throws IOException {
        LogSink open = sink;
        if (open == null) {
            open = driver.open(source);
            sink = open;
        }
        return open;
    }

    private static Duration longer(Duration pause) {
        Duration next = pause.multipliedBy(2);
        return next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
    }

    private void sleep(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            stopped = true;
        }
    }

    private void closeSink() {
        LogSink open = sink;
        sink = null;
        if (open != null) {
            open.close();
        }
    }
}
