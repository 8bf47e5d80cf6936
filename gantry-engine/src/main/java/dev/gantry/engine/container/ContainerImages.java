package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unsupported;
import dev.gantry.images.image.Image;
import dev.gantry.images.image.Images;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The images that containers have mounted, read-only. Each is held by a snapshot of its own, so that its layers stay
/// as long as the container does.
final class ContainerImages {
    private final Linux linux;
    private final Images images;
    private final Places places;
    private final RandomGenerator random;

    ContainerImages(Linux linux, Images images, Places places, RandomGenerator random) {
        this.places = places;
        this.linux = linux;
        this.images = images;
        this.random = random;
    }

    /// What fails leaves nothing held.
    ContainerSpec hold(ContainerSpec spec) {
        List<MountsSpec.OfImage> held = new ArrayList<>();
        try {
            for (MountsSpec.OfImage i : spec.mounts().images()) {
                ContainerId snapshot = ContainerId.random(random);
                Image found = images.resolve(i.image());
                images.prepare(snapshot, found);
                held.add(i.heldBy(snapshot.hex(), found.id().digest().toString()));
            }
        } catch (GantryException e) {
            release(held);
            throw e;
        }
        return held.isEmpty()
                ? spec
                : spec.toBuilder().mounts(spec.mounts().withImages(held)).build();
    }

    void release(ContainerSpec spec) {
        release(spec.mounts().images());
    }

    private void release(List<MountsSpec.OfImage> held) {
        held.forEach(i -> images.release(new ContainerId(i.snapshot())));
    }

    /// The ids of the snapshots, which are no containers'.
    static Set<String> snapshots(ContainerSpec spec) {
        Set<String> all = new HashSet<>();
        spec.mounts().images().forEach(i -> all.add(i.snapshot()));
        return all;
    }

    /// `users`: who sees them from a user namespace; null: nobody does.
    void open(ContainerSpec spec, Sources sources, @Nullable UserNamespaces users) {
        for (MountsSpec.OfImage i : spec.mounts().images()) {
            RootFs root = images.find(new ContainerId(i.snapshot()))
                    .orElseThrow(() -> new Internal(
                            "mount image " + i.image(),
                            "its layers are gone",
                            "remove the container and create it again"));
            place(i, root, sources, users);
        }
    }

    private void place(MountsSpec.OfImage i, RootFs root, Sources sources, @Nullable UserNamespaces users) {
        String what = "mount image " + i.image();
        try {
            // It goes with its last descriptor, also from under one in it.
            List<Path> below = below(i);
            Fd files = sources.keep(
                    i.writable()
                            ? writable(i, root, users)
                            : users == null ? root.image(linux, below) : users.image(root, below, sources));
            String path = i.subpath().isEmpty() ? "." : i.subpath();
            int inside = Resolve.IN_ROOT | Resolve.NO_MAGICLINKS;
            sources.hold(i.target(), linux.files().open(files, path, OpenFlags.PATH, 0, inside));
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR)) {
                throw new NotFound(what, "it has no " + i.subpath(), "name a place that the image has", e);
            }
            throw e.during(what);
        }
    }

    private Fd writable(MountsSpec.OfImage i, RootFs root, @Nullable UserNamespaces users) {
        if (users != null || !(root instanceof RootFs.Overlay overlay)) {
            throw new Unsupported(
                    "mount image " + i.image() + " to be written to",
                    "that needs overlay mounts, and the host's own user namespace",
                    "mount it for reading, or copy its files");
        }
        List<String> options = new ArrayList<>(List.of("upperdir=" + overlay.upper(), "workdir=" + overlay.work()));
        options.addAll(overlay.forgettable().options());
        return linux.mounts()
                .writableOverlay(overlay.lowers().stream().map(Object::toString).toList(), options);
    }

    /// An overlay refuses what is below another layer of it, as ours may be below a directory of the host.
    private List<Path> below(MountsSpec.OfImage i) {
        return i.image().startsWith("dir:") ? List.of() : List.of(MountPoints.empty(places.mountPoints()));
    }
}
