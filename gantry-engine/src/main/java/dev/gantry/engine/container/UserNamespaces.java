package dev.gantry.engine.container;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.GantryException;
import dev.gantry.base.IdMap;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.images.snapshot.OverlayFlavor;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import dev.gantry.runtime.oci.HostFacts;
import dev.gantry.runtime.oci.LaunchContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/// The user namespaces of containers. What is on the disk has the ids that containers see, whichever they are on the
/// host: layers and volumes are mounted so that each container's own namespace has them, and nothing is copied.
///
/// @param ids those of every container that does not want the host's; [IdMap#SAME] when there are no namespaces
public record UserNamespaces(Linux linux, MappedPlaces mapped, IdMap ids) {
    /// Whether this container gets one.
    boolean has(ContainerSpec spec) {
        return !ids.isSame() && !spec.isolation().userns().equals("host");
    }

    IdMap of(ContainerSpec spec) {
        return has(spec) ? ids : IdMap.SAME;
    }

    /// Whether this host can have them, with layers such as these two directories; [Unsupported] if not.
    public void check(HostFacts host, Path one, Path other) {
        if (ids.isSame()) {
            return;
        }
        String what = "give containers user namespaces of their own";
        if (!host.initialUserNamespace()) {
            throw new Unsupported(
                    what,
                    "this engine lives in a user namespace itself, and so do its containers",
                    "leave userns-remap out");
        }
        try (var sources = new Sources();
                Fd layers = layers(List.of(one, other), List.of(), sources)) {
            linux.attributes().stat(layers, ".");
        } catch (LinuxError | GantryException e) {
            throw new Unsupported(
                    what,
                    "this kernel cannot mount layers with mapped owners on this file system: " + e.getMessage(),
                    "use Linux 6.15 or later and a file system such as ext4, xfs or btrfs, or leave userns-remap out",
                    e);
        }
    }

    /// What the kernel grants nobody in a user namespace is refused, in the words of a dockerd.
    void check(ContainerSpec spec) {
        if (!has(spec)) {
            return;
        }
        if (Stream.concat(
                        Stream.of(spec.image()), spec.mounts().images().stream().map(MountsSpec.OfImage::image))
                .anyMatch(image -> image.startsWith("dir:"))) {
            throw refused(spec, "root of a user namespace would own the files of the host's root in a dir: image");
        }
        if (spec.isolation().privileged()) {
            throw refused(
                    spec,
                    "privileged mode is incompatible with user namespaces.  "
                            + "You must run the container in the host namespace when running privileged mode");
        }
        if (spec.network() == ContainerSpec.Network.HOST) {
            throw refused(spec, "cannot share the host's network namespace when user namespaces are enabled");
        }
        if (spec.isolation().pid().equals("host")) {
            throw refused(spec, "cannot share the host PID namespace when user namespaces are enabled");
        }
    }

    private static Conflict refused(ContainerSpec spec, String why) {
        return new Conflict("start a container of " + spec.image(), why, "create it with --userns host");
    }

    /// Makes files of ours those of the container's root.
    void give(ContainerSpec spec, Path... files) {
        if (!has(spec)) {
            return;
        }
        for (Path file : files) {
            linux.attributes().owner(Fd.CWD, file.toString(), (int) ids.uidOutside(0), (int) ids.gidOutside(0));
        }
    }

    /// What [#give] did when this container had a namespace, which it has no more: who has its directory has them
    /// again.
    static void takeBack(Linux linux, Path directory, Path... files) {
        Stat owner = linux.attributes().stat(Fd.CWD, directory.toString());
        for (Path file : files) {
            Stat now = linux.attributes().stat(Fd.CWD, file.toString());
            if (now.uid() != owner.uid() || now.gid() != owner.gid()) {
                linux.attributes().owner(Fd.CWD, file.toString(), owner.uid(), owner.gid());
            }
        }
    }

    /// Whose namespaces are another's is in that one's user namespace, too: nobody else has rights over them.
    Map<String, LaunchContext.Peer> joins(
            StoredContainer row,
            Map<String, LaunchContext.Peer> peers,
            Function<ContainerId, Optional<StoredContainer>> others) {
        if (peers.isEmpty() || !has(row.spec())) {
            return peers;
        }
        String what = "start container " + row.name();
        if (new HashSet<>(peers.values()).size() > 1) {
            throw new Conflict(
                    what,
                    "it is to share namespaces of several containers, which have user namespaces of their own",
                    "share those of one, or create it with --userns host");
        }
        boolean mapped = donors(row.spec())
                .flatMap(id -> others.apply(new ContainerId(id)).stream())
                .allMatch(donor -> has(donor.spec()));
        if (!mapped) {
            throw new Conflict(
                    what,
                    "the container whose namespaces it shares has the host's user namespace",
                    "create it with --userns host too");
        }
        LaunchContext.Peer donor = peers.values().iterator().next();
        if (!isOurs(what, donor)) {
            throw new Conflict(
                    what,
                    "the container whose namespaces it shares is in a user namespace with other ids",
                    "restart that one first");
        }
        Map<String, LaunchContext.Peer> all = new HashMap<>(peers);
        all.put("user", donor);
        return all;
    }

    /// Whether a process is in a namespace with our ids: it may have been started with others, or have gone into one
    /// that
    /// it has made itself.
    private boolean isOurs(String what, LaunchContext.Peer process) {
        Path proc = Path.of("/proc", Long.toString(process.pid()));
        try {
            IdMap its =
                    IdMap.parse(Files.readString(proc.resolve("uid_map")), Files.readString(proc.resolve("gid_map")));
            return Set.copyOf(its.uids()).equals(Set.copyOf(ids.uids()))
                    && Set.copyOf(its.gids()).equals(Set.copyOf(ids.gids()));
        } catch (IOException e) {
            throw new Unavailable(
                    what, "the container whose namespaces it shares has just ended", "start that one first", e);
        }
    }

    private static Stream<String> donors(ContainerSpec spec) {
        IsolationSpec i = spec.isolation();
        Stream<String> network = spec.network() == ContainerSpec.Network.CONTAINER
                ? Stream.of(spec.networking().container())
                : Stream.empty();
        return Stream.concat(
                network,
                Stream.of(i.pid(), i.ipc()).filter(IsolationSpec::isOther).map(IsolationSpec::other));
    }

    /// The root of a container in its namespace. The mounts are nowhere, and are there as long as `sources` are open.
    LaunchContext.Root seen(LaunchContext.Root root, Sources sources) {
        return switch (root) {
            case LaunchContext.Root.Overlay overlay -> {
                List<String> layers = new ArrayList<>();
                overlay.lowers().forEach(lower -> layers.add(seen(Path.of(lower), sources)));
                Path upper = Path.of(overlay.upper());
                Path own = above(upper);
                String container = seen(own, sources);
                yield new LaunchContext.Root.Overlay(
                        layers,
                        container + "/" + own.relativize(upper),
                        container + "/" + own.relativize(Path.of(overlay.work())),
                        overlay.options());
            }
            case LaunchContext.Root.Directory(String path) ->
                new LaunchContext.Root.Directory(seen(Path.of(path), sources));
        };
    }

    /// What [RootFs#image] is to a container that has a namespace.
    Fd image(RootFs root, List<Path> below, Sources sources) {
        return switch (root) {
            case RootFs.Overlay overlay ->
                layers(
                        Stream.concat(overlay.lowers().stream(), below.stream()).toList(),
                        overlay.flavor() == OverlayFlavor.USER ? List.of("userxattr") : List.of(),
                        sources);
            case RootFs.Copy copy -> {
                Fd tree = mapped(copy.directory());
                try {
                    linux.mounts().readOnly(tree);
                    yield tree;
                } catch (RuntimeException e) {
                    tree.close();
                    throw e;
                }
            }
        };
    }

    private Fd layers(List<Path> layers, List<String> options, Sources sources) {
        return linux.mounts()
                .overlay(layers.stream().map(layer -> seen(layer, sources)).toList(), options);
    }

    private String seen(Path directory, Sources sources) {
        return Sources.name(sources.keep(mapped(directory)));
    }

    private Fd mapped(Path directory) {
        try (Fd place = linux.files().open(Fd.CWD, directory.toString(), OpenFlags.PATH, 0, Resolve.ANY)) {
            return mapped.of(directory.toString(), place, false, OwnerMap.of(ids));
        } catch (LinuxError e) {
            throw e.during("open " + directory);
        }
    }

    private static Path above(Path upper) {
        Path parent = upper.getParent();
        if (parent == null) {
            throw new IllegalStateException("a writable layer is in a directory of its container");
        }
        return parent;
    }
}
