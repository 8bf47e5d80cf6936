package dev.gantry.engine.container;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.base.Unavailable;
import dev.gantry.images.layer.TreeTar;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.volume.Volume;
import dev.gantry.volume.VolumeName;
import dev.gantry.volume.VolumeRequest;
import dev.gantry.volume.Volumes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Copies of volumes at one moment: containers that run with a volume are frozen while it is read, and for no longer
/// than they may be.
public final class VolumeCopies {
    /// On volumes that are snapshots: of which one.
    public static final String SNAPSHOT_OF = "dev.gantry.snapshot-of";

    private final Volumes volumes;
    private final Freezer freezer;
    private final Linux linux;
    private final RandomGenerator random;

    VolumeCopies(Linux linux, Volumes volumes, Freezer freezer, RandomGenerator random) {
        this.linux = linux;
        this.random = random;
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
        var still = new Stopwatch("copy volume " + from, maxPause);
        Volume made = volumes.copy(from, new VolumeRequest(to, labels, Map.of()), still);
        return new Copied(made, still.frozen, still.pause);
    }

    /// Gives `name` the files of `from`.
    public Copied restore(String name, String from, Duration maxPause) {
        var still = new Stopwatch("restore volume " + name, maxPause);
        Volume restored = volumes.restore(name, from, still);
        return new Copied(restored, still.frozen, still.pause);
    }

    /// Writes the files of one moment as a tar. Of a volume that a container runs with, a copy is written.
    public Copied backup(String name, Duration maxPause, OutputStream out) throws IOException {
        try {
            volumes.read(name, data -> pack(data, out));
            return new Copied(volumes.find(name).orElseThrow(), 0, Duration.ZERO);
        } catch (Conflict running) {
            Copied copied = copy(name, VolumeName.random(random).text(), Map.of(SNAPSHOT_OF, name), maxPause);
            try {
                volumes.read(copied.volume().name(), data -> pack(data, out));
                return copied;
            } finally {
                volumes.remove(copied.volume().name());
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
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
        boolean made = volumes.find(name).isEmpty();
        volumes.create(VolumeRequest.named(name));
        try {
            return volumes.restore(name, data -> {
                try {
                    TreeTar.unpack(linux, tar, data, "the backup of volume " + name);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (GantryException | UncheckedIOException e) {
            if (made) {
                volumes.remove(name);
            }
            if (e instanceof UncheckedIOException broken) {
                throw broken.getCause();
            }
            throw e;
        }
    }

    private final class Stopwatch implements Volumes.Still {
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
            try {
                users.forEach(id -> freezer.freeze(new ContainerId(id).hex(), check));
                work.accept(check);
                frozen = users.size();
            } finally {
                users.forEach(freezer::thaw);
                pause = Duration.ofNanos(System.nanoTime() - start);
            }
        }
    }
}
