package dev.gantry.docker.container;

import dev.gantry.api.container.BindOptions;
import dev.gantry.api.container.Mount;
import dev.gantry.api.container.TmpfsOptions;
import dev.gantry.docker.route.DockerError;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.SpecBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The two ways of asking for mounts: `source:target[:options]`, and `--mount`.
final class Binds {
    private static final Set<String> PROPAGATIONS =
            Set.of("private", "rprivate", "slave", "rslave", "shared", "rshared");

    private Binds() {}

    /// A missing source is made as a directory, as `-v` always did.
    static ContainerSpec.Bind parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length < 2 || parts.length > 3 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw DockerError.badParameter("invalid volume specification: '" + text + "'");
        }
        if (!parts[0].startsWith("/")) {
            throw DockerError.later("the volume " + parts[0]);
        }
        if (!parts[1].startsWith("/")) {
            throw DockerError.badParameter("invalid volume specification: '" + text
                    + "': invalid mount config for type \"bind\": invalid mount path: '" + parts[1]
                    + "' mount path must be absolute");
        }
        boolean readOnly = false;
        String propagation = "";
        for (String option : parts.length == 2 ? List.<String>of() : CreateTranslation.commas(parts[2])) {
            if (PROPAGATIONS.contains(option)) {
                propagation = option;
            } else {
                switch (option) {
                    case "ro" -> readOnly = true;
                    // Labels of SELinux, the copying of volumes and the cache of other systems change nothing here.
                    case "rw", "z", "Z", "nocopy", "consistent", "cached", "delegated" -> {}
                    default -> throw DockerError.badParameter("invalid mode: " + parts[2]);
                }
            }
        }
        return new ContainerSpec.Bind(parts[0], parts[1], readOnly, true, propagation, true);
    }

    static void addMounts(SpecBuilder spec, @Nullable List<Mount> mounts) {
        for (Mount m : mounts == null ? List.<Mount>of() : mounts) {
            switch (m.type()) {
                case "bind" -> spec.bind(bind(m));
                case "tmpfs" -> spec.tmpfs(m.target(), tmpfs(m));
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
