package dev.gantry.engine.container;

import dev.gantry.base.InvalidArgument;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The rules of what is mounted into a container, as far as they need no host. Pure.
final class MountCheck {
    private MountCheck() {}

    static void check(List<ContainerSpec.Bind> binds, List<ContainerSpec.Tmpfs> tmpfs, MountsSpec mounts) {
        List<String> targets = new ArrayList<>();
        for (ContainerSpec.Bind b : binds) {
            bind(b);
            targets.add(b.target());
        }
        for (MountsSpec.OfVolume v : mounts.volumes()) {
            SpecCheck.noNul(List.of(v.target(), v.subpath()));
            subpath(v.subpath());
            owners(v.idmap());
            targets.add(v.target());
        }
        for (MountsSpec.OfImage i : mounts.images()) {
            SpecCheck.noNul(List.of(i.target(), i.subpath()));
            subpath(i.subpath());
            targets.add(i.target());
        }
        Set<String> seen = new HashSet<>();
        for (String target : targets) {
            target(target);
            if (!seen.add(plain(target))) {
                throw new InvalidArgument(
                        "create a container", "Duplicate mount point: " + target, "mount one thing at each place");
            }
        }
        tmpfs.forEach(t -> target(t.target()));
        mounts.declared().forEach(MountCheck::target);
    }

    private static void bind(ContainerSpec.Bind b) {
        if (!b.source().startsWith("/")) {
            throw SpecCheck.refuse(
                    "bind of " + b.source(), "the source is not an absolute path", "begin it with a slash");
        }
        SpecCheck.noNul(List.of(b.source(), b.target()));
        owners(b.idmap());
        if (b.writableBelow() && (!b.readOnly() || !b.recursive())) {
            throw SpecCheck.refuse(
                    "bind of " + b.source(),
                    "what is mounted below it stays writable only in one that is read-only and recursive",
                    "make it so, or leave that out");
        }
        if (!List.of("", "private", "rprivate", "slave", "rslave", "shared", "rshared")
                .contains(b.propagation())) {
            throw SpecCheck.refuse(
                    "bind of " + b.source(),
                    "there is no propagation " + b.propagation(),
                    "use private, slave, shared or one of these with an r before it");
        }
    }

    private static void owners(String idmap) {
        if (!idmap.isEmpty()) {
            OwnerMap.parse(idmap);
        }
    }

    /// The kernel looks it up inside the volume whatever it says; one that says so itself is a mistake.
    private static void subpath(String path) {
        if (path.startsWith("/") || List.of(path.split("/", -1)).contains("..")) {
            throw SpecCheck.refuse(
                    "subpath " + path, "it is not a path below the volume", "begin it with a name, without ..");
        }
    }

    private static void target(String target) {
        if (!target.startsWith("/") || plain(target).equals("/")) {
            throw SpecCheck.refuse(
                    "mount at " + target,
                    "the destination is not an absolute path below the root",
                    "name a directory in the container");
        }
    }

    /// Where something is mounted already, in plain form.
    static Set<String> targets(ContainerSpec spec) {
        Set<String> all = new HashSet<>();
        spec.binds().forEach(b -> all.add(plain(b.target())));
        spec.tmpfs().forEach(t -> all.add(plain(t.target())));
        spec.mounts().volumes().forEach(v -> all.add(plain(v.target())));
        spec.mounts().images().forEach(i -> all.add(plain(i.target())));
        return all;
    }

    /// One name per place: no dots, no empty parts. Links are the kernel's business.
    static String plain(String path) {
        List<String> parts = new ArrayList<>();
        for (String part : path.split("/")) {
            if (part.equals("..") && !parts.isEmpty()) {
                parts.removeLast();
            } else if (!part.isEmpty() && !part.equals(".") && !part.equals("..")) {
                parts.add(part);
            }
        }
        return "/" + String.join("/", parts);
    }
}
