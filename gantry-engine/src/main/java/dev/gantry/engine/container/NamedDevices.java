package dev.gantry.engine.container;

import dev.gantry.runtime.oci.LinuxSpec;
import java.util.List;
import java.util.function.BiFunction;

/// Devices that their vendors describe, by full names.
public interface NamedDevices {
    /// All that a container with these needs, or an error that names those that are not there. `host` looks up a device
    /// of the host, given what to call it in the container.
    Needs of(List<String> names, BiFunction<String, String, LinuxSpec.Device> host);

    /// @param env in the place of variables of the same names
    /// @param groups of the container's process
    record Needs(List<String> env, List<Node> nodes, List<Mount> mounts, List<Long> groups) {
        public static final Needs NOTHING = new Needs(List.of(), List.of(), List.of(), List.of());

        public Needs {
            env = List.copyOf(env);
            nodes = List.copyOf(nodes);
            mounts = List.copyOf(mounts);
            groups = List.copyOf(groups);
        }
    }

    record Node(LinuxSpec.Device device, String source, String access) {}

    /// A path of the host, mounted with the options of the runtime specification.
    record Mount(String source, String target, List<String> options) {
        public Mount {
            options = List.copyOf(options);
        }
    }
}
