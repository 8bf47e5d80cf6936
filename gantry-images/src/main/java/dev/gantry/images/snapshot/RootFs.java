package dev.gantry.images.snapshot;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the root of one container is made of.
public sealed interface RootFs {
    /// The layers that it stands on, topmost first.
    List<Path> lowers();

    /// Where the container's own files are, and what else is there with them.
    Path own();

    /// Where to look for a file of this root, topmost first.
    List<Path> layers();

    /// How marks in the layers are kept.
    OverlayFlavor flavor();

    /// The same for a container whose files are removed with its end.
    RootFs forgettable();

    /// What the image has, before the container has written anything: read-only, mounted nowhere, gone with
    /// the descriptor. `below` lies under it: one layer alone is itself, and whoever owns the mount namespace
    /// that it is mounted in may make it writable again, while nobody writes to an overlay of two.
    Fd image(Linux linux, List<Path> below);

    /// An overlay of `lowers` under `upper`, mounted with `options` (kernel's Documentation/filesystems/overlayfs).
    record Overlay(List<Path> lowers, Path upper, Path work, List<String> options) implements RootFs {
        private static final String USER_MARKS = "userxattr";

        public Overlay {
            lowers = List.copyOf(lowers);
            options = List.copyOf(options);
        }

        @Override
        public Path own() {
            return upper;
        }

        @Override
        public List<Path> layers() {
            List<Path> all = new ArrayList<>(List.of(upper));
            all.addAll(lowers);
            return all;
        }

        @Override
        public OverlayFlavor flavor() {
            return options.contains(USER_MARKS) ? OverlayFlavor.USER : OverlayFlavor.TRUSTED;
        }

        /// The kernel then syncs nothing, neither at the unmount nor for the container's own `fsync`. Such an
        /// overlay is mounted once; before a second mount comes [Snapshotter#allowRemount].
        @Override
        public Overlay forgettable() {
            List<String> more = new ArrayList<>(options);
            more.add("volatile");
            return new Overlay(lowers, upper, work, more);
        }

        @Override
        public Fd image(Linux linux, List<Path> below) {
            List<Path> all = new ArrayList<>(lowers);
            all.addAll(below);
            return view(linux, all);
        }

        /// These layers as one tree that nobody writes to.
        public Fd view(Linux linux, List<Path> layers) {
            List<String> marks = options.stream().filter(USER_MARKS::equals).toList();
            return linux.mounts().overlay(layers.stream().map(Path::toString).toList(), marks);
        }
    }

    /// A directory with all of it: a copy of `lowers`, where no overlay can be mounted.
    record Copy(List<Path> lowers, Path directory) implements RootFs {
        public Copy {
            lowers = List.copyOf(lowers);
        }

        @Override
        public Path own() {
            return directory;
        }

        @Override
        public List<Path> layers() {
            return List.of(directory);
        }

        @Override
        public OverlayFlavor flavor() {
            return OverlayFlavor.FILES;
        }

        /// When it was copied: a file whose status was last changed before is as it was then. Empty: nobody knows.
        public Optional<Instant> copiedAt(Linux linux) {
            try (Fd place =
                    linux.files().openDirectory(directory.resolveSibling(".").toString())) {
                return ContainerMarks.madeAt(linux, place);
            }
        }

        @Override
        public Copy forgettable() {
            return this;
        }

        @Override
        public Fd image(Linux linux, List<Path> below) {
            Fd tree = linux.mounts().overlay(List.of(directory.toString()), List.of());
            try {
                linux.mounts().readOnly(tree);
                return tree;
            } catch (RuntimeException e) {
                tree.close();
                throw e;
            }
        }
    }
}
