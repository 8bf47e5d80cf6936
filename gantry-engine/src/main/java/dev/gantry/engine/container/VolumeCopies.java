package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Unavailable;
import dev.gantry.images.layer.TreeTar;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.volume.Copies;
import dev.gantry.volume.Volume;
import dev.gantry.volume.VolumeRequest;
import dev.gantry.volume.Volumes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/// Copies of volumes at one moment: containers that run with a volume are frozen while it is read, and for no longer
/// than they may be.
public final class VolumeCopies {
    /// On volumes that are snapshots: of which one.
    public static final String SNAPSHOT_OF = "dev.gantry.snapshot-of";

    private static final Duration AGAIN = Duration.ofMillis(5);

    private final Volumes volumes;
    private final Freezer freezer;
    private final Linux linux;

    VolumeCopies(Linux linux, Volumes volumes, Freezer freezer) {
        this.linux = linux;
        this.volumes = volumes;
        this.freezer = freezer;
    }

    /// What came of it: how many containers were frozen, and for how long.
    public record Copied(Volume volume, int containers, Duration pause) {}

    /// Another volume with the same files.
    public Copied copy(String from, String to, Duration maxPause) {
        return copy(from, to, Map.of(), maxPause);
    }

    /// The same, marked as what it is.
    public Copied snapshot(String from, String to, Duration maxPause) {
        return copy(from, to, Map.of(SNAPSHOT_OF, from), maxPause);
    }

    private Copied copy(String from, String to, Map<String, String> labels, Duration maxPause) {
        var request = new VolumeRequest(to, labels, Map.of());
        return still("copy volume " + from, maxPause, still -> volumes.copies().copy(from, request, still))
                .copied(made -> made);
    }

    /// Gives `name` the files of `from`.
    public Copied restore(String name, String from, Duration maxPause) {
        return still(
                        "restore volume " + name,
                        maxPause,
                        still -> volumes.copies().restore(name, from, still))
                .copied(made -> made);
    }

    private record Done<T>(T result, int containers, Duration pause) {
        Copied copied(Function<T, Volume> volume) {
            return new Copied(volume.apply(result), containers, pause);
        }
    }

    /// A container that starts or ends just now can neither be frozen nor be left out: it is waited for.
    private <T> Done<T> still(String what, Duration maxPause, Function<Copies.Still, T> work) {
        long deadline = System.nanoTime() + maxPause.toNanos();
        while (true) {
            var still = new Stopwatch(what, maxPause);
            try {
                T result = work.apply(still);
                return new Done<>(result, still.frozen, still.pause);
            } catch (InBetween e) {
                if (System.nanoTime() > deadline) {
                    throw new Unavailable(
                            what, "container " + e.container + " is just starting or ending", "ask again", e);
                }
                pause(what);
            }
        }
    }

    private static void pause(String what) {
        try {
            Thread.sleep(AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(what, "the work was cancelled", "ask again", e);
        }
    }

    /// Ends an attempt; it never leaves this class.
    private static final class InBetween extends RuntimeException {
        private static final long serialVersionUID = 1;

        final String container;

        InBetween(ContainerId id) {
            super(null, null, false, false);
            this.container = id.shortHex();
        }
    }

    /// The files of one moment, to be written as a tar. Nobody waits for who takes them.
    public Backup backup(String name, Duration maxPause) {
        var done = still(
                "back up volume " + name, maxPause, still -> volumes.copies().moment(name, still));
        return new Backup(done.copied(Copies.Moment::volume), done.result());
    }

    /// The same, in one.
    public Copied backup(String name, Duration maxPause, OutputStream out) throws IOException {
        try (Backup backup = backup(name, maxPause)) {
            backup.write(out);
            return backup.copied();
        }
    }

    /// It keeps what it is to write until it is closed.
    public final class Backup implements AutoCloseable {
        private final Copied copied;
        private final Copies.Moment moment;

        Backup(Copied copied, Copies.Moment moment) {
            this.copied = copied;
            this.moment = moment;
        }

        public Copied copied() {
            return copied;
        }

        /// See [Copies.Moment#lastUse].
        public long lastUse() {
            return moment.lastUse();
        }

        /// About what the tar will be long.
        public long bytes() {
            return moment.bytes();
        }

        public void write(OutputStream out) throws IOException {
            try (var stalls = new Stalls(Stalls.PATIENCE)) {
                moment.read(data -> pack(data, stalls.over(out)));
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }

        @Override
        public void close() {
            moment.close();
        }
    }

    private void pack(Fd data, OutputStream out) {
        try {
            TreeTar.pack(linux, data, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Gives `name` the files of a tar. One that is not there is made.
    public Volume restore(String name, InputStream tar) throws IOException {
        return restore(VolumeRequest.named(name), false, tar);
    }

    /// The same; what is made is as the request says. A `fresh` one must not be there.
    public Volume restore(VolumeRequest to, boolean fresh, InputStream tar) throws IOException {
        try (var stalls = new Stalls(Stalls.PATIENCE)) {
            return volumes.copies().restore(to, fresh, data -> {
                try {
                    TreeTar.unpack(linux, stalls.over(tar), data, "the backup of volume " + to.name());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Freezer.Frozen freeze(ContainerId id, Runnable check) {
        return freezer.freeze(id, check).orElseThrow(() -> new InBetween(id));
    }

    private final class Stopwatch implements Copies.Still {
        private final String what;
        private final Duration limit;
        private int frozen;
        private Duration pause = Duration.ZERO;

        Stopwatch(String what, Duration limit) {
            this.what = what;
            this.limit = limit;
        }

        @Override
        public void during(Set<String> users, Consumer<Runnable> work) {
            if (users.isEmpty()) {
                work.accept(() -> {});
                return;
            }
            long start = System.nanoTime();
            Runnable check = () -> {
                if (System.nanoTime() - start > limit.toNanos()) {
                    throw new Unavailable(
                            what,
                            "its " + users.size() + " running container(s) would have to pause for more than "
                                    + limit.toMillis() + " ms",
                            "allow a longer pause with --max-pause, or stop them first");
                }
            };
            try (var hold = new Hold(limit)) {
                users.forEach(user -> hold.add(freeze(new ContainerId(user), check)));
                work.accept(check);
                check.run(); // or what was read last may be of another moment
                frozen = users.size();
            } finally {
                pause = Duration.ofNanos(System.nanoTime() - start);
            }
        }
    }

    /// Containers that stand still until it is closed, or until their time is up: who reads their files may hang in a
    /// file system that does not answer.
    private static final class Hold implements AutoCloseable {
        private final Thread limit;

        /// Guarded by this.
        private final List<Freezer.Frozen> held = new ArrayList<>();

        /// Guarded by this.
        private boolean over;

        Hold(Duration longest) {
            limit = Thread.startVirtualThread(() -> {
                try {
                    Thread.sleep(longest);
                    end();
                } catch (InterruptedException closed) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        synchronized void add(Freezer.Frozen frozen) {
            held.add(frozen);
            if (over) {
                end();
            }
        }

        private synchronized void end() {
            over = true;
            held.forEach(Freezer.Frozen::close);
            held.clear();
        }

        @Override
        public void close() {
            limit.interrupt();
            end();
        }
    }
}
