package dev.gantry.engine.managed;

import dev.gantry.base.Digest;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a plugin says of itself in its `config.json`: what it is, what it needs, and which of its values its user may
/// set. `application/vnd.docker.plugin.v1+json`.
///
/// @param types such as `docker.volumedriver/1.0`
/// @param socket the name of its socket in `/run/docker/plugins`
/// @param network `host`, or one of the words for a network of its own with nothing in it
/// @param propagatedMount the directory in which what it mounts is seen by the host, too; empty when there is none
public record PluginConfig(
        String dockerVersion,
        String description,
        String documentation,
        List<String> types,
        String socket,
        String protocolScheme,
        List<String> entrypoint,
        String workDir,
        long uid,
        long gid,
        String network,
        List<Mount> mounts,
        boolean ipcHost,
        boolean pidHost,
        String propagatedMount,
        List<Variable> env,
        Arguments args,
        List<String> capabilities,
        boolean allowAllDevices,
        List<Device> devices,
        List<String> diffIds) {
    static final Pattern TYPE = Pattern.compile("[a-zA-Z0-9_-]+\\.([a-zA-Z0-9_-]+)/([0-9][0-9.]*)");

    /// @param source of the host; absent until somebody sets it
    public record Mount(
            String name,
            String description,
            List<String> settable,
            Optional<String> source,
            String destination,
            String type,
            List<String> options) {
        public Mount {
            settable = List.copyOf(settable);
            options = List.copyOf(options);
        }

        Mount from(String other) {
            return new Mount(name, description, settable, Optional.of(other), destination, type, options);
        }
    }

    public record Device(String name, String description, List<String> settable, Optional<String> path) {
        public Device {
            settable = List.copyOf(settable);
        }

        Device at(String other) {
            return new Device(name, description, settable, Optional.of(other));
        }
    }

    /// @param value absent: it is not in the environment until somebody sets it
    public record Variable(String name, String description, List<String> settable, Optional<String> value) {
        public Variable {
            settable = List.copyOf(settable);
        }
    }

    public record Arguments(String name, String description, List<String> settable, List<String> value) {
        public Arguments {
            settable = List.copyOf(settable);
            value = List.copyOf(value);
        }
    }

    public PluginConfig {
        types = List.copyOf(types);
        entrypoint = List.copyOf(entrypoint);
        mounts = List.copyOf(mounts);
        env = List.copyOf(env);
        capabilities = List.copyOf(capabilities);
        devices = List.copyOf(devices);
        diffIds = List.copyOf(diffIds);
    }

    /// Reads and checks; `name` is what its user calls the plugin.
    static PluginConfig parse(byte[] json, String name) {
        return ConfigReader.read(json, name);
    }

    /// Whether it is a `volumedriver` or the like.
    public boolean is(String capability) {
        return capabilitiesOfTypes().contains(capability);
    }

    /// What it is, by the names of the types: `volumedriver`.
    Set<String> capabilitiesOfTypes() {
        Set<String> all = new HashSet<>();
        for (String type : types) {
            var m = TYPE.matcher(type);
            if (m.matches()) {
                all.add(m.group(1).toLowerCase(Locale.ROOT));
            }
        }
        return all;
    }

    /// The same with the digest of its only layer.
    PluginConfig of(Digest diffId) {
        return new PluginConfig(
                dockerVersion,
                description,
                documentation,
                types,
                socket,
                protocolScheme,
                entrypoint,
                workDir,
                uid,
                gid,
                network,
                mounts,
                ipcHost,
                pidHost,
                propagatedMount,
                env,
                args,
                capabilities,
                allowAllDevices,
                devices,
                List.of(diffId.toString()));
    }

    /// The document, with the names of the wire.
    public Map<String, @Nullable Object> tree() {
        return ConfigTree.of(this);
    }
}
