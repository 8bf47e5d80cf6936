package dev.gantry.docker.container;

import dev.gantry.api.container.MountPoint;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.MountsSpec;
import dev.gantry.volume.Volumes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/// What a container has mounted, as inspect shows it. `mountpoint` says where a volume is on the host.
record MountPoints(Function<String, String> mountpoint) {
    static MountPoints over(Supplier<Volumes> volumes) {
        return new MountPoints(name -> volumes.get().mountpoint(name).toString());
    }

    List<MountPoint> of(ContainerSpec spec) {
        List<MountPoint> mounts = new ArrayList<>();
        for (ContainerSpec.Bind b : spec.binds()) {
            String propagation = b.propagation().isEmpty() ? "rprivate" : b.propagation();
            mounts.add(new MountPoint(
                    "bind", null, b.source(), b.target(), null, b.readOnly() ? "ro" : "", !b.readOnly(), propagation));
        }
        for (MountsSpec.OfVolume v : spec.mounts().volumes()) {
            // Docker marks a named volume for SELinux, which changes nothing here, and clients compare it.
            String mode = v.readOnly() ? "ro" : v.anonymous() ? "" : "z";
            mounts.add(new MountPoint(
                    "volume",
                    v.name(),
                    mountpoint.apply(v.name()),
                    v.target(),
                    v.driver().isEmpty() ? "local" : v.driver(),
                    mode,
                    !v.readOnly(),
                    ""));
        }
        for (MountsSpec.OfImage i : spec.mounts().images()) {
            mounts.add(new MountPoint("image", i.image(), "", i.target(), null, "", false, ""));
        }
        return mounts;
    }
}
