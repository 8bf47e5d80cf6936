package dev.gantry.images.snapshot;

import dev.gantry.base.Unsupported;
import dev.gantry.linux.DirectoryCalls;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import dev.gantry.linux.TreeCopy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// One directory as several layers have it together, without a mount: what is above hides what is below, and marks are
/// obeyed and not shown.
public final class MergedDirectory implements TreeCopy.Source {
    private static final int PLACE = OpenFlags.PATH | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;
    private static final int LISTING = OpenFlags.READ | OpenFlags.DIRECTORY | OpenFlags.NO_FOLLOW;

    /// Of descriptors, which others need, too: one for each level of each layer that has it.
    private static final int MOST_OPEN = 4096;

    private final Linux linux;
    private final OverlayFlavor flavor;
    private final List<Fd> parts;

    /// How many descriptors this one has, and all that were entered from the same first one.
    private final AtomicInteger open;

    /// @param parts topmost first; they are closed with this
    private MergedDirectory(Linux linux, OverlayFlavor flavor, List<Fd> parts, AtomicInteger open) {
        this.open = open;
        this.linux = linux;
        this.flavor = flavor;
        this.parts = parts;
    }

    /// Over any directories, topmost first; one plain directory is fine.
    public static MergedDirectory open(Linux linux, List<Path> layers, OverlayFlavor flavor) {
        List<Fd> parts = new ArrayList<>();
        try {
            for (Path layer : layers) {
                parts.add(linux.files().openDirectory(layer.toString()));
            }
            return new MergedDirectory(linux, flavor, parts, new AtomicInteger(parts.size()));
        } catch (LinuxError e) {
            parts.forEach(Fd::close);
            throw e.during("read the root " + layers.getFirst());
        }
    }

    /// The directory of the topmost layer that has it; what the directory itself looks like is as there.
    @Override
    public Fd top() {
        return parts.getFirst();
    }

    @Override
    public Optional<Fd> having(String name) {
        return find(name).map(Found::directory);
    }

    /// A name in the directory of the topmost layer that has it.
    public record Found(Fd directory, Stat stat) {}

    public Optional<Found> find(String name) {
        for (Fd part : parts) {
            Optional<Stat> stat = linux.attributes().find(part, name);
            if (stat.isPresent()) {
                return flavor.isMark(name, stat.get()) ? Optional.empty() : Optional.of(new Found(part, stat.get()));
            }
            if (flavor.hides(linux, part, name)) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /// All parts of a directory in it, down to where something hides the rest. Mounts of the host are not entered, for
    /// an overlay does not show them either: EXDEV where there is nothing else.
    @Override
    public MergedDirectory enter(String name) {
        List<Fd> found = new ArrayList<>();
        Errno none = Errno.ENOENT;
        try {
            for (Fd part : parts) {
                Optional<Stat> stat = linux.attributes().find(part, name);
                if (stat.isEmpty() && flavor.hides(linux, part, name)) {
                    break;
                }
                if (stat.isEmpty()) {
                    continue;
                }
                if (stat.get().type() != FileType.DIRECTORY) {
                    break;
                }
                if (!add(part, name, found)) {
                    none = Errno.EXDEV;
                } else if (part != parts.getLast() && flavor.isOpaque(linux, part, name)) {
                    break;
                }
            }
        } catch (RuntimeException e) {
            close(found);
            throw e;
        }
        if (found.isEmpty()) {
            throw new LinuxError("open", name, none);
        }
        return new MergedDirectory(linux, flavor, found, open);
    }

    private boolean add(Fd part, String name, List<Fd> found) {
        try {
            found.add(linux.files().open(part, name, PLACE, 0, Resolve.PLAIN));
            if (open.incrementAndGet() > MOST_OPEN) {
                throw new Unsupported(
                        "read the layers of a root",
                        "too many of them have directories as deep as " + name,
                        "use an image with fewer layers");
            }
            return true;
        } catch (LinuxError e) {
            if (!e.is(Errno.EXDEV)) {
                throw e;
            }
            return false; // a mount: what it covers is not to be seen from here
        }
    }

    @Override
    public List<String> names() {
        Map<String, Boolean> shown = new LinkedHashMap<>();
        for (Fd part : parts) {
            List<DirectoryCalls.Entry> entries;
            try (Fd listing = linux.files().open(part, ".", LISTING, 0, Resolve.PLAIN)) {
                entries = linux.directories().entries(listing);
            }
            entries.forEach(entry ->
                    shown.computeIfAbsent(entry.name(), name -> find(name).isPresent()));
        }
        return shown.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .toList();
    }

    @Override
    public void close() {
        close(parts);
    }

    private void close(List<Fd> fds) {
        fds.forEach(Fd::close);
        open.addAndGet(-fds.size());
    }
}
