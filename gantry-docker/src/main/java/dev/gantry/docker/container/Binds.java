package dev.gantry.docker.container;

import dev.gantry.api.container.BindOptions;
import dev.gantry.api.container.DriverConfig;
import dev.gantry.api.container.ImageOptions;
import dev.gantry.api.container.Mount;
import dev.gantry.api.container.TmpfsOptions;
import dev.gantry.api.container.VolumeOptions;
import dev.gantry.docker.route.DockerError;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.MountsSpec;
import dev.gantry.engine.container.SpecBuilder;
import dev.gantry.volume.VolumeName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The two ways of asking for mounts: `source:target[:options]`, and `--mount`.
final class Binds {
    private static final Set<String> PROPAGATIONS =
            Set.of("private", "rprivate", "slave", "rslave", "shared", "rshared");

    private Binds() {}

    /// A path is bound, and made as a directory when it is missing, as `-v` always did; any other source
    /// is the name of a volume, and a target alone is a volume without one. `driver` is for volumes that are not
    /// there yet.
    static void add(SpecBuilder spec, String text, String driver) {
        String[] parts = text.split(":", -1);
        if (parts.length == 1 && parts[0].startsWith("/")) {
            spec.volume(MountsSpec.OfVolume.at("", parts[0]).by(driver));
            return;
        }
        if (parts.length < 2 || parts.length > 3 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw DockerError.badParameter("invalid volume specification: '" + text + "'");
        }
        boolean bind = parts[0].startsWith("/");
        if (!parts[1].startsWith("/")) {
            throw DockerError.badParameter("invalid volume specification: '" + text
                    + "': invalid mount config for type \"" + (bind ? "bind" : "volume")
                    + "\": invalid mount path: '" + parts[1] + "' mount path must be absolute");
        }
        boolean readOnly = false;
        boolean copy = true;
        String propagation = "";
        for (String option : parts.length == 2 ? List.<String>of() : CreateTranslation.commas(parts[2])) {
            if (bind && PROPAGATIONS.contains(option)) {
                propagation = option;
            } else {
                switch (option) {
                    case "ro" -> readOnly = true;
                    // Labels of SELinux, the copying of volumes and the cache of other systems change nothing here.
                    case "rw", "z", "Z", "consistent", "cached", "delegated" -> {}
                    case "nocopy" -> copy = false;
                    default -> throw DockerError.badParameter("invalid mode: " + parts[2]);
                }
            }
        }
        if (bind) {
            spec.bind(new ContainerSpec.Bind(parts[0], parts[1], readOnly, true, propagation, true));
        } else {
            spec.volume(new MountsSpec.OfVolume(
                    new VolumeName(parts[0]).text(), parts[1], readOnly, copy, "", Map.of(), Map.of(), false, driver));
        }
    }

    static void addMounts(SpecBuilder spec, @Nullable List<Mount> mounts) {
        for (Mount m : mounts == null ? List.<Mount>of() : mounts) {
            switch (m.type()) {
                case "bind" -> spec.bind(bind(m));
                case "tmpfs" -> spec.tmpfs(m.target(), tmpfs(m));
                case "volume" -> spec.volume(volume(m));
                case "image" -> spec.imageMount(image(m));
                case String other -> throw DockerError.later("a mount of type " + other);
            }
        }
    }

    private static ContainerSpec.Bind bind(Mount m) {
        String source = m.source() == null ? "" : m.source();
        if (source.isEmpty()) {
            throw DockerError.badParameter("invalid mount config for type \"bind\": field Source must not be empty");
        }
        BindOptions options = m.bindOptions();
        if (options == null) {
            return new ContainerSpec.Bind(source, m.target(), is(m.readOnly()), true, "", false);
        }
        if (is(options.readOnlyNonRecursive()) || is(options.readOnlyForceRecursive())) {
            throw DockerError.later("a bind mount with ReadOnlyNonRecursive or ReadOnlyForceRecursive");
        }
        return new ContainerSpec.Bind(
                source,
                m.target(),
                is(m.readOnly()),
                !is(options.nonRecursive()),
                options.propagation() == null ? "" : options.propagation(),
                is(options.createMountpoint()));
    }

    private static MountsSpec.OfImage image(Mount m) {
        if (m.source() == null || m.source().isEmpty()) {
            throw DockerError.badParameter("invalid mount config for type \"image\": field Source must not be empty");
        }
        ImageOptions o = m.imageOptions();
        return MountsSpec.OfImage.at(m.source(), m.target(), o == null || o.subpath() == null ? "" : o.subpath());
    }

    private static MountsSpec.OfVolume volume(Mount m) {
        String name = m.source() == null ? "" : new VolumeName(m.source()).text();
        VolumeOptions given = m.volumeOptions();
        VolumeOptions o = given == null ? new VolumeOptions(null, null, null, null) : given;
        DriverConfig driver = o.driverConfig() == null ? new DriverConfig(null, null) : o.driverConfig();
        return new MountsSpec.OfVolume(
                name,
                m.target(),
                is(m.readOnly()),
                !is(o.noCopy()),
                o.subpath() == null ? "" : o.subpath(),
                o.labels() == null ? Map.of() : o.labels(),
                driver.options() == null ? Map.of() : driver.options(),
                name.isEmpty(),
                driver.name() == null ? "" : driver.name());
    }

    private static List<String> tmpfs(Mount m) {
        List<String> options = new ArrayList<>();
        if (is(m.readOnly())) {
            options.add("ro");
        }
        TmpfsOptions t = m.tmpfsOptions();
        if (t == null) {
            return options;
        }
        if (t.sizeBytes() != null && t.sizeBytes() > 0) {
            options.add("size=" + t.sizeBytes());
        }
        if (t.mode() != null && t.mode() > 0) {
            options.add("mode=" + Integer.toOctalString(t.mode()));
        }
        for (List<String> pair : t.options() == null ? List.<List<String>>of() : t.options()) {
            options.add(String.join("=", pair));
        }
        return options;
    }

    private static boolean is(@Nullable Boolean flag) {
        return Boolean.TRUE.equals(flag);
    }
}
