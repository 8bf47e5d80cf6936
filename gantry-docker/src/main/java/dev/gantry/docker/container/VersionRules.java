package dev.gantry.docker.container;

import dev.gantry.api.container.BindOptions;
import dev.gantry.api.container.HostConfig;
import dev.gantry.api.container.Mount;
import dev.gantry.docker.route.DockerError;
import java.util.List;

/// What dockerd leaves out, and what it refuses, of a create request in a version of the API that did not know it yet.
/// Pure.
final class VersionRules {
    private static final int CONSOLE_SIZE = 42;
    private static final int ANNOTATIONS = 43;
    private static final int READ_ONLY_RECURSION = 44;
    private static final int SUBPATH = 45;
    private static final int TMPFS_OPTIONS = 46;
    private static final int IMAGE_MOUNTS = 48;
    private static final int NON_RECURSIVE = 40;
    private static final int MADE_MOUNTPOINTS = 42;

    private VersionRules() {}

    static HostConfig apply(HostConfig h, int minor) {
        if (minor >= IMAGE_MOUNTS) {
            return h;
        }
        HostConfig.Builder known = h.toBuilder();
        if (minor < CONSOLE_SIZE) {
            known.consoleSize(List.of());
        }
        if (minor < ANNOTATIONS) {
            known.annotations(null);
        }
        if (h.mounts() != null) {
            known.mounts(h.mounts().stream().map(m -> mount(m, minor)).toList());
        }
        return known.build();
    }

    private static Mount mount(Mount m, int minor) {
        boolean subpath = m.volumeOptions() != null
                && m.volumeOptions().subpath() != null
                && !m.volumeOptions().subpath().isEmpty();
        refuse(subpath && minor < SUBPATH, "VolumeOptions.Subpath needs API v1.45 or newer");
        boolean options = m.tmpfsOptions() != null
                && m.tmpfsOptions().options() != null
                && !m.tmpfsOptions().options().isEmpty();
        refuse(options && minor < TMPFS_OPTIONS, "TmpfsOptions.Options needs API v1.46 or newer");
        refuse(m.type().equals("image") && minor < IMAGE_MOUNTS, "Mount type \"Image\" needs API v1.48 or newer");
        BindOptions b = m.bindOptions();
        if (b == null || minor >= READ_ONLY_RECURSION) {
            return m;
        }
        refuse(
                Boolean.TRUE.equals(b.readOnlyForceRecursive()),
                "BindOptions.ReadOnlyForceRecursive needs API v1.44 or newer");
        BindOptions known = new BindOptions(
                b.propagation(),
                minor < NON_RECURSIVE ? null : b.nonRecursive(),
                minor < MADE_MOUNTPOINTS ? null : b.createMountpoint(),
                null,
                null);
        return new Mount(
                m.type(),
                m.source(),
                m.target(),
                m.readOnly(),
                m.consistency(),
                known,
                m.volumeOptions(),
                m.tmpfsOptions(),
                m.imageOptions(),
                m.idmap());
    }

    private static void refuse(boolean tooNew, String words) {
        if (tooNew) {
            throw DockerError.badParameter(words);
        }
    }
}
