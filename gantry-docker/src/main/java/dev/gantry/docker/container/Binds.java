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
import java.util.HashSet;
import java.util.LinkedHashMap;
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
        Mode mode = Mode.parse(parts.length == 2 ? "" : parts[2], bind);
        if (bind) {
            spec.bind(new ContainerSpec.Bind(
                    parts[0], parts[1], mode.readOnly(), true, mode.propagation(), true, false, mode.idmap()));
        } else {
            spec.volume(MountsSpec.OfVolume.at(new VolumeName(parts[0]).text(), parts[1])
                    .onlyRead(mode.readOnly())
                    .copied(mode.copy())
                    .by(driver)
                    .mapped(mode.idmap()));
        }
    }

    /// What stands after the second colon.
    private record Mode(boolean readOnly, boolean copy, String propagation, String idmap) {
        /// Of one kind there is one at most.
        static Mode parse(String text, boolean bind) {
            boolean readOnly = false;
            boolean copy = true;
            String propagation = "";
            String idmap = "";
            Set<String> kinds = new HashSet<>();
            for (String option : text.isEmpty() ? List.<String>of() : CreateTranslation.commas(text)) {
                String kind = switch (option) {
                    case "ro", "rw" -> "access";
                    // Labels of SELinux and the cache of other systems change nothing here.
                    case "z", "Z" -> "label";
                    case "consistent", "cached", "delegated" -> "consistency";
                    case "nocopy" -> bind ? "" : "copy";
                    default ->
                        option.equals("idmap") || option.startsWith("idmap=")
                                ? "idmap"
                                : bind && PROPAGATIONS.contains(option) ? "propagation" : "";
                };
                if (kind.isEmpty() || !kinds.add(kind)) {
                    throw DockerError.badParameter("invalid mode: " + text);
                }
                readOnly |= option.equals("ro");
                copy &= !option.equals("nocopy");
                propagation = kind.equals("propagation") ? option : propagation;
                idmap = kind.equals("idmap") ? map(option) : idmap;
            }
            return new Mode(readOnly, copy, propagation, idmap);
        }

        private static String map(String option) {
            return option.length() <= "idmap=".length() ? "true" : option.substring("idmap=".length());
        }
    }

    static void addMounts(SpecBuilder spec, @Nullable List<Mount> mounts) {
        for (Mount m : mounts == null ? List.<Mount>of() : mounts) {
            onlyItsOwn(m);
            switch (m.type()) {
                case "bind" -> spec.bind(bind(m));
                case "tmpfs" -> spec.tmpfs(m.target(), tmpfs(m));
                case "volume" -> spec.volume(volume(m));
                case "image" -> spec.imageMount(image(m));
                case String other -> throw DockerError.later("a mount of type " + other);
            }
        }
    }

    /// Options of another type would be left out in silence.
    private static void onlyItsOwn(Mount m) {
        Map<String, Boolean> given = new LinkedHashMap<>();
        given.put("BindOptions", m.bindOptions() != null && !m.type().equals("bind"));
        given.put("VolumeOptions", m.volumeOptions() != null && !m.type().equals("volume"));
        given.put("TmpfsOptions", m.tmpfsOptions() != null && !m.type().equals("tmpfs"));
        given.put("ImageOptions", m.imageOptions() != null && !m.type().equals("image"));
        given.put("Source", m.type().equals("tmpfs") && !text(m.source()).isEmpty());
        given.put(
                "IdMap", !text(m.idmap()).isEmpty() && !Set.of("bind", "volume").contains(m.type()));
        given.forEach((field, extra) -> {
            if (extra) {
                throw invalid(m, "field " + field + " must not be specified");
            }
        });
    }

    private static DockerError invalid(Mount m, String why) {
        return DockerError.badParameter("invalid mount config for type \"" + m.type() + "\": " + why);
    }

    private static ContainerSpec.Bind bind(Mount m) {
        String source = text(m.source());
        if (source.isEmpty()) {
            throw invalid(m, "field Source must not be empty");
        }
        BindOptions o = m.bindOptions() == null ? new BindOptions(null, null, null, null, null) : m.bindOptions();
        boolean writableBelow = is(o.readOnlyNonRecursive());
        boolean forced = is(o.readOnlyForceRecursive());
        if (writableBelow && forced) {
            throw invalid(m, "ReadOnlyForceRecursive conflicts with ReadOnlyNonRecursive");
        }
        if ((writableBelow || forced) && (!is(m.readOnly()) || is(o.nonRecursive()))) {
            throw invalid(
                    m,
                    (forced ? "ReadOnlyForceRecursive" : "ReadOnlyNonRecursive")
                            + " is for a mount that is read-only and recursive");
        }
        // All that is read-only is so with what is mounted below, unless the contrary is asked for: every kernel that
        // this engine runs on can do that.
        return new ContainerSpec.Bind(
                source,
                m.target(),
                is(m.readOnly()),
                !is(o.nonRecursive()),
                text(o.propagation()),
                is(o.createMountpoint()),
                writableBelow,
                text(m.idmap()));
    }

    private static MountsSpec.OfImage image(Mount m) {
        if (text(m.source()).isEmpty()) {
            throw invalid(m, "field Source must not be empty");
        }
        ImageOptions o = m.imageOptions();
        return MountsSpec.OfImage.at(text(m.source()), m.target(), o == null ? "" : text(o.subpath()));
    }

    private static MountsSpec.OfVolume volume(Mount m) {
        String name = text(m.source()).isEmpty() ? "" : new VolumeName(text(m.source())).text();
        VolumeOptions given = m.volumeOptions();
        VolumeOptions o = given == null ? new VolumeOptions(null, null, null, null) : given;
        if (name.isEmpty() && is(m.readOnly())) {
            throw invalid(m, "must not set ReadOnly mode when using anonymous volumes");
        }
        if (name.isEmpty() && !text(o.subpath()).isEmpty()) {
            throw invalid(m, "must not set Subpath when using anonymous volumes");
        }
        DriverConfig driver = o.driverConfig() == null ? new DriverConfig(null, null) : o.driverConfig();
        return MountsSpec.OfVolume.at(name, m.target())
                .onlyRead(is(m.readOnly()))
                .copied(!is(o.noCopy()))
                .inside(text(o.subpath()))
                .as(o.labels() == null ? Map.of() : o.labels(), driver.options() == null ? Map.of() : driver.options())
                .by(text(driver.name()))
                .mapped(text(m.idmap()));
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
        if (t.sizeBytes() != null && t.sizeBytes() < 0) {
            throw DockerError.badParameter(
                    "invalid mount config for type \"tmpfs\": its size of " + t.sizeBytes() + " bytes is negative");
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

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static boolean is(@Nullable Boolean flag) {
        return Boolean.TRUE.equals(flag);
    }
}
