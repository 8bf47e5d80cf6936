package dev.gantry.engine.container;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.base.IdMap;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.Events;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.volume.LocalOptions;
import dev.gantry.volume.Volume;
import dev.gantry.volume.VolumeRequest;
import dev.gantry.volume.Volumes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The volumes of containers, from creation to removal. The user of a volume is the id of the container.
final class ContainerVolumes {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerVolumes.class);
    private static final int PLACE = OpenFlags.PATH;
    private static final int INSIDE = Resolve.IN_ROOT | Resolve.NO_MAGICLINKS;

    private final Linux linux;
    private final Volumes volumes;
    private final ContainerImages images;
    private final Events events;
    private final UserNamespaces users;
    private final BindSources sources = new BindSources();

    ContainerVolumes(Linux linux, Volumes volumes, ContainerImages images, Events events, UserNamespaces users) {
        this.users = users;
        this.images = images;
        this.linux = linux;
        this.volumes = volumes;
        this.events = events;
    }

    // creation

    /// The places of the host that it binds, where they are missing and that is wanted.
    void makeSources(ContainerSpec spec) {
        sources.make(spec, users.of(spec));
    }

    /// Makes what is not there, holds all of it for the container, and fills what is empty from the
    /// image. The spec that comes back names every volume. What fails leaves nothing held.
    ContainerSpec hold(ContainerId id, ContainerSpec spec) {
        if (spec.mounts().volumes().isEmpty()) {
            return images.hold(spec);
        }
        List<MountsSpec.OfVolume> named = new ArrayList<>();
        try {
            for (MountsSpec.OfVolume v : spec.mounts().volumes()) {
                Volume made = volumes.hold(new VolumeRequest(v.name(), v.labels(), v.options(), v.driver()), id.hex());
                named.add(v.named(made.name()).by(made.driver()));
            }
            return images.hold(
                    spec.toBuilder().mounts(spec.mounts().withVolumes(named)).build());
        } catch (NotFound noDriver) {
            letGo(id, named, true);
            // A client takes what was not found for the image, and pulls it.
            throw new InvalidArgument(noDriver.what(), noDriver.why(), noDriver.todo(), noDriver);
        } catch (GantryException e) {
            letGo(id, named, true);
            throw e;
        }
    }

    /// Docker's copy-up: an empty volume begins as what the image has in its place.
    void fill(ContainerId id, ContainerSpec spec, RootFs root) {
        List<MountsSpec.OfVolume> wanted = spec.mounts().volumes().stream()
                .filter(v -> v.copy() && v.subpath().isEmpty())
                .toList();
        if (wanted.isEmpty()) {
            return;
        }
        var own = new Sources();
        try (own;
                Fd image = root.image(linux, List.of())) {
            for (MountsSpec.OfVolume v : wanted) {
                if (users.has(spec) && !isOfStore(v)) {
                    fill(id, v, own.keep(users.image(root, List.of(), own)));
                } else {
                    fill(id, v, image);
                }
            }
        } catch (LinuxError e) {
            throw e.during("fill the volumes of a container");
        }
    }

    private void fill(ContainerId id, MountsSpec.OfVolume v, Fd image) {
        int flags = OpenFlags.READ | OpenFlags.DIRECTORY;
        try (Fd source = linux.files().open(image, v.target(), flags, 0, INSIDE)) {
            volumes.copies().fillIfEmpty(v.name(), id.hex(), source);
        } catch (LinuxError e) {
            // The image has nothing there, or no directory.
            if (!e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                throw e;
            }
        }
    }

    // runs

    /// Mounts all volumes of the container and finds the places in them, as it sees them.
    Sources open(ContainerId id, ContainerSpec spec) {
        return open(id, spec, users.of(spec));
    }

    /// The same for who sees all files with the ids that they have in the container.
    Sources openInside(ContainerId id, ContainerSpec spec) {
        Sources found = open(id, spec, IdMap.SAME);
        for (ContainerSpec.Bind b : users.has(spec) ? spec.binds() : List.<ContainerSpec.Bind>of()) {
            try {
                if (b.idmap().isEmpty()) {
                    found.hold(b.target(), bound(b, OwnerMap.inside(users.ids())));
                }
            } catch (GantryException e) { // with the ids of the host it would be the host's root who copies
                found.close();
                unmount(id, spec);
                throw e;
            }
        }
        return found;
    }

    private Fd bound(ContainerSpec.Bind b, OwnerMap map) {
        return sources.open(linux, b, place -> users.mapped().of(b.source(), place, b.recursive(), map));
    }

    private Sources open(ContainerId id, ContainerSpec spec, IdMap ids) {
        var found = new Sources();
        try {
            for (MountsSpec.OfVolume v : spec.mounts().volumes()) {
                String path = volumes.mount(v.name(), id.hex()).toString();
                if (v.subpath().isEmpty() && v.idmap().isEmpty() && (ids.isSame() || !isOfStore(v))) {
                    volumes.place(v.name())
                            .ifPresentOrElse(fd -> found.hold(v.target(), fd), () -> found.put(v.target(), path));
                } else {
                    found.hold(v.target(), inside(v, ids));
                }
            }
            for (ContainerSpec.Bind b : spec.binds()) {
                if (!b.idmap().isEmpty()) {
                    found.hold(b.target(), bound(b, OwnerMap.parse(b.idmap()).in(ids)));
                }
            }
            images.open(spec, found, ids.isSame() ? null : users);
            return found;
        } catch (GantryException e) {
            found.close();
            unmount(id, spec);
            throw e;
        }
    }

    /// Others' files have owners of the host, as what is bound does: who mounts a network's file system knows them by
    /// these. [dev.gantry.base.IdMap]
    private boolean isOfStore(MountsSpec.OfVolume v) {
        return volumes.find(v.name())
                .filter(found ->
                        found.isLocal() && !(LocalOptions.parse(found.options()) instanceof LocalOptions.Mounted))
                .isPresent();
    }

    private Fd inside(MountsSpec.OfVolume v, IdMap ids) {
        String what = "mount " + v.subpath() + " of volume " + v.name();
        try {
            return volumes.open(v.name(), data -> inside(v, data, ids));
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR)) {
                throw new NotFound(what, "the volume has no such place", "make it first, or name another", e);
            }
            throw e.during(what);
        }
    }

    private Fd inside(MountsSpec.OfVolume v, Fd data, IdMap ids) {
        Fd place = linux.files().open(data, v.subpath().isEmpty() ? "." : v.subpath(), PLACE, 0, INSIDE);
        boolean asItIs = v.idmap().isEmpty() && (ids.isSame() || !isOfStore(v));
        if (asItIs) {
            return place;
        }
        OwnerMap map = v.idmap().isEmpty()
                ? OwnerMap.of(ids)
                : OwnerMap.parse(v.idmap()).in(ids);
        try (place) {
            return users.mapped().of("volume " + v.name(), place, true, map);
        }
    }

    void tellMounted(ContainerId id, ContainerSpec spec) {
        for (MountsSpec.OfVolume v : spec.mounts().volumes()) {
            events.publish(
                    Event.Kind.VOLUME,
                    "mount",
                    v.name(),
                    Map.of(
                            "container",
                            id.hex(),
                            "destination",
                            v.target(),
                            "driver",
                            driver(v.name()),
                            "propagation",
                            "",
                            "read/write",
                            Boolean.toString(!v.readOnly())));
        }
    }

    private String driver(String name) {
        return volumes.find(name).map(Volume::driver).orElse(Volume.LOCAL);
    }

    /// After the end of a run, or of an attempt. A failure is logged: the run is over all the same.
    void unmount(ContainerId id, ContainerSpec spec) {
        for (String name : names(spec)) {
            try {
                if (volumes.unmount(name, id.hex())) {
                    events.publish(
                            Event.Kind.VOLUME, "unmount", name, Map.of("container", id.hex(), "driver", driver(name)));
                }
            } catch (GantryException e) {
                LOG.warn("volume name={} not unmounted: {}", name, e.getMessage());
            }
        }
    }

    // adoption

    void held(ContainerId id, ContainerSpec spec) {
        names(spec).forEach(name -> volumes.held(name, id.hex()));
    }

    void mounted(ContainerId id, ContainerSpec spec) {
        names(spec).forEach(name -> volumes.mounted(name, id.hex()));
    }

    // removal

    /// Before the row of the container goes: whether those that nobody named go with it, should all end in between.
    void leaving(ContainerId id, ContainerSpec spec, boolean anonymous) {
        for (MountsSpec.OfVolume v : spec.mounts().volumes()) {
            if (v.anonymous()) {
                volumes.goesWith(v.name(), id.hex(), anonymous);
            }
        }
    }

    /// Lets go of all, and removes those that nobody named if that is wanted and nobody else holds them.
    void letGo(ContainerId id, ContainerSpec spec, boolean anonymous) {
        images.release(spec);
        letGo(id, spec.mounts().volumes(), anonymous);
    }

    private void letGo(ContainerId id, List<MountsSpec.OfVolume> held, boolean anonymous) {
        Set<String> names = new LinkedHashSet<>();
        held.forEach(v -> {
            volumes.letGo(v.name(), id.hex());
            if (anonymous && v.anonymous()) {
                names.add(v.name());
            }
        });
        for (String name : names) {
            try {
                volumes.remove(name);
            } catch (Conflict | NotFound othersOrGone) {
                LOG.debug("volume name={} stays: {}", name, othersOrGone.getMessage());
            } catch (GantryException e) {
                LOG.warn("volume name={} left: {}", name, e.getMessage());
            }
        }
    }

    private static Set<String> names(ContainerSpec spec) {
        Set<String> names = new LinkedHashSet<>();
        spec.mounts().volumes().forEach(v -> names.add(v.name()));
        return names;
    }

    /// What `from` (`container`, `container:ro` or `container:rw`) brings along, where nothing else is
    /// asked for.
    static ContainerSpec with(ContainerSpec spec, Function<String, ContainerSpec> find) {
        if (spec.mounts().from().isEmpty()) {
            return spec;
        }
        Set<String> taken = MountCheck.targets(spec);
        List<ContainerSpec.Bind> binds = new ArrayList<>(spec.binds());
        List<MountsSpec.OfVolume> all = new ArrayList<>(spec.mounts().volumes());
        for (String text : spec.mounts().from()) {
            int colon = text.indexOf(':');
            String mode = colon < 0 ? "" : text.substring(colon + 1);
            boolean readOnly = List.of(mode.split(",")).contains("ro");
            if (!List.of("", "ro", "rw", "z", "Z").containsAll(List.of(mode.split(",")))) {
                throw new InvalidArgument(
                        "create a container", "invalid mode \"" + mode + "\" for volumes-from", "write ro or rw");
            }
            ContainerSpec other = find.apply(colon < 0 ? text : text.substring(0, colon));
            for (ContainerSpec.Bind b : other.binds()) {
                if (taken.add(MountCheck.plain(b.target()))) {
                    binds.add(b.onlyRead(b.readOnly() || readOnly).made(false));
                }
            }
            for (MountsSpec.OfVolume v : other.mounts().volumes()) {
                if (taken.add(MountCheck.plain(v.target()))) {
                    all.add(readOnly ? v.onlyRead(true) : v);
                }
            }
        }
        return spec.toBuilder()
                .binds(binds)
                .mounts(new MountsSpec(
                        all,
                        List.of(),
                        spec.mounts().declared(),
                        spec.mounts().images(),
                        spec.mounts().driver()))
                .build();
    }
}
