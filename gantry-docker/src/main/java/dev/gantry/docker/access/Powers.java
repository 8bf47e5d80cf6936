package dev.gantry.docker.access;

import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.DevicesSpec;
import dev.gantry.engine.container.IsolationSpec;
import dev.gantry.engine.container.MountsSpec;
import dev.gantry.engine.container.Security;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a container has that some callers may not give it. Pure.
final class Powers {
    private Powers() {}

    /// More rights than a container usually has.
    static Optional<String> beyondUsual(ContainerSpec spec) {
        IsolationSpec i = spec.isolation();
        Security s = spec.security();
        if (i.privileged()) {
            return asks("Privileged");
        }
        for (String mode : List.of(i.pid(), i.ipc(), i.uts(), i.cgroupns())) {
            if (mode.equals("host")) {
                return asks("a namespace of the host");
            }
        }
        if (spec.network() == ContainerSpec.Network.HOST) {
            return asks("the network of the host");
        }
        if (i.maskedPaths() != null || i.readonlyPaths() != null) {
            return asks("other MaskedPaths or ReadonlyPaths");
        }
        if (!i.deviceRules().isEmpty() || !spec.devices().equals(DevicesSpec.NONE)) {
            return asks("devices");
        }
        if (!i.cgroupParent().isEmpty()) {
            return asks("CgroupParent");
        }
        if (!s.capAdd().isEmpty()) {
            return asks("CapAdd");
        }
        if (s.seccomp() != Security.Seccomp.DEFAULT) {
            return asks("another filter of system calls");
        }
        return Optional.empty();
    }

    /// Files of the host, or sockets of its programs.
    static Optional<String> filesOfTheHost(ContainerSpec spec) {
        if (!spec.binds().isEmpty()) {
            return asks("the path " + spec.binds().getFirst().source() + " of the host");
        }
        if (isDirectory(spec.image()) || spec.mounts().images().stream().anyMatch(m -> isDirectory(m.image()))) {
            return asks("a directory of the host as an image");
        }
        for (MountsSpec.OfVolume v : spec.mounts().volumes()) {
            Optional<String> option = Access.hostOptions(v.options());
            if (option.isPresent()) {
                return option;
            }
        }
        for (String value : spec.log().options().values()) {
            if (value.startsWith("/") || value.toLowerCase(Locale.ROOT).startsWith("unix")) {
                return asks("a place of the host for its log");
            }
        }
        return Optional.empty();
    }

    /// A volume with a name may be that of another.
    static Optional<String> namedVolume(ContainerSpec spec) {
        return spec.mounts().volumes().stream()
                .filter(v -> !v.anonymous() && !v.name().isEmpty())
                .findFirst()
                .map(v -> "it asks for the volume " + v.name() + ", which others may use");
    }

    private static boolean isDirectory(String image) {
        return image.startsWith("dir:");
    }

    private static Optional<String> asks(String what) {
        return Optional.of("it asks for " + what);
    }
}
