package dev.gantry.images.snapshot;

import dev.gantry.base.Unsupported;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// The snapshotter of one data root: overlays, or copies where the kernel mounts none. Which of them, is found out by
/// mounting one. Containers of either driver are there with both.
///
/// @param directory where it has its files
/// @param why what the kernel said to an overlay, where that was the reason; empty: it was asked for, or is the usual
public record Storage(StorageDriver driver, Path directory, Snapshotter snapshots, String why) {
    private static final int DIRECTORY = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;
    private static final String TRIAL = "trial";

    /// @param directory where each driver has its own directory; it is there
    /// @param asked what is wanted whatever there is; empty: what containers have, or overlays, or else copies
    public static Storage open(Linux linux, Path directory, Optional<StorageDriver> asked) {
        Path overlays = directory.resolve("overlay");
        Path copies = directory.resolve("copy");
        Optional<StorageDriver> known = known(linux, overlays, copies);
        Choice choice = choose(asked, known, () -> refusal(linux, directory));
        return switch (choice.driver()) {
            case OVERLAY -> {
                Snapshotter chosen = new OverlaySnapshotter(linux, overlays);
                yield new Storage(
                        choice.driver(),
                        overlays,
                        beside(chosen, linux, copies, () -> new CopySnapshotter(linux, copies)),
                        choice.why());
            }
            case COPY -> {
                Snapshotter chosen = new CopySnapshotter(linux, copies);
                yield new Storage(
                        choice.driver(),
                        copies,
                        beside(chosen, linux, overlays, () -> new OverlaySnapshotter(linux, overlays)),
                        choice.why());
            }
        };
    }

    /// Containers that the other driver has made keep it.
    private static Snapshotter beside(Snapshotter chosen, Linux linux, Path root, Supplier<Snapshotter> other) {
        try {
            return hasContainers(linux, root) ? new BothSnapshotters(chosen, other.get()) : chosen;
        } catch (RuntimeException e) {
            chosen.close();
            throw e;
        }
    }

    record Choice(StorageDriver driver, String why) {}

    /// Containers are never left behind for a reason that may pass: then the engine does not open.
    static Choice choose(
            Optional<StorageDriver> asked, Optional<StorageDriver> known, Supplier<Optional<String>> refusal) {
        if (asked.or(() -> known).equals(Optional.of(StorageDriver.COPY))) {
            return new Choice(StorageDriver.COPY, "");
        }
        Optional<String> why = refusal.get();
        if (why.isEmpty()) {
            return new Choice(StorageDriver.OVERLAY, "");
        }
        if (asked.isPresent()) {
            throw new Unsupported(
                    "open the storage driver overlay2",
                    why.get(),
                    "leave storage-driver out, or say vfs, which copies images");
        }
        if (known.isPresent()) {
            throw new Unsupported(
                    "open the files of containers",
                    "they were made as overlays, and here is none to be had: " + why.get(),
                    "run the engine where it was, or leave them as they are with storage-driver vfs");
        }
        return new Choice(StorageDriver.COPY, why.get());
    }

    private static Optional<StorageDriver> known(Linux linux, Path overlays, Path copies) {
        if (hasContainers(linux, overlays)) {
            return Optional.of(StorageDriver.OVERLAY);
        }
        return hasContainers(linux, copies) ? Optional.of(StorageDriver.COPY) : Optional.empty();
    }

    private static boolean hasContainers(Linux linux, Path root) {
        try (Fd containers =
                linux.files().openDirectory(root.resolve("containers").toString())) {
            return !linux.directories().nextEntries(containers).isEmpty();
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT)) {
                return false;
            }
            throw e.during("open snapshots " + root);
        }
    }

    /// What the kernel says to an overlay below `directory`; empty: it can be mounted and written to. An error that may
    /// pass is none of these.
    private static Optional<String> refusal(Linux linux, Path directory) {
        try (Fd place = linux.files().openDirectory(directory.toString())) {
            linux.trees().delete(place, TRIAL);
            linux.directories().make(place, TRIAL, 0700);
            try (Fd trial = linux.files().open(place, TRIAL, DIRECTORY, 0, Resolve.PLAIN)) {
                return refusal(linux, trial, directory.resolve(TRIAL));
            } finally {
                linux.trees().delete(place, TRIAL);
            }
        } catch (LinuxError e) {
            throw e.during("try an overlay in " + directory);
        }
    }

    private static Optional<String> refusal(Linux linux, Fd trial, Path at) {
        for (String name : List.of("lower", "below", "upper", "work")) {
            linux.directories().make(trial, name, 0700);
        }
        List<String> options = new ArrayList<>(
                List.of("upperdir=" + at.resolve("upper"), "workdir=" + at.resolve("work"), "volatile"));
        options.addAll(OverlayFlavor.probe(linux, trial, "upper").mountOptions());
        List<String> lowers =
                List.of(at.resolve("lower").toString(), at.resolve("below").toString());
        try (Fd mounted = linux.mounts().writableOverlay(lowers, options)) {
            // Where the kernel cannot work in the directory, it mounts for reading only.
            linux.directories().make(mounted, "written", 0700);
            return Optional.empty();
        } catch (LinuxError e) {
            if (e.is(
                    Errno.EPERM,
                    Errno.EACCES,
                    Errno.EINVAL,
                    Errno.ENODEV,
                    Errno.EOPNOTSUPP,
                    Errno.ENOSYS,
                    Errno.EROFS)) {
                return Optional.of("an overlay cannot be mounted: " + e.call() + ": "
                        + e.errno().words());
            }
            throw e;
        }
    }
}
