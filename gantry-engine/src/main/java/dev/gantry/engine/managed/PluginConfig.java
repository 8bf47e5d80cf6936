package dev.gantry.engine.managed;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
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
    private static final Pattern TYPE = Pattern.compile("[a-zA-Z0-9_-]+\\.([a-zA-Z0-9_-]+)/([0-9][0-9.]*)");
    private static final Pattern SOCKET = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,39}");
    private static final Set<String> NETWORKS = Set.of("", "none", "null", "bridge", "host");
    private static final Set<String> MOUNTS = Set.of("", "bind", "none", "tmpfs");
    private static final long MOST_IDS = 0xffff_fffeL;

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
        String what = "read the configuration of plugin " + name;
        Fields f = Fields.read(what, json);
        Fields face = f.object("Interface");
        Fields linux = f.object("Linux");
        var config = new PluginConfig(
                f.text("DockerVersion"),
                f.text("Description"),
                f.text("Documentation"),
                face.texts("Types"),
                face.text("Socket"),
                face.text("ProtocolScheme"),
                f.texts("Entrypoint"),
                f.text("WorkDir"),
                f.object("User").number("UID", MOST_IDS),
                f.object("User").number("GID", MOST_IDS),
                f.object("Network").text("Type"),
                f.objects("Mounts").stream().map(PluginConfig::mount).toList(),
                f.flag("IpcHost"),
                f.flag("PidHost"),
                f.text("PropagatedMount"),
                f.objects("Env").stream().map(PluginConfig::variable).toList(),
                arguments(f.object("Args")),
                linux.texts("Capabilities"),
                linux.flag("AllowAllDevices"),
                linux.objects("Devices").stream().map(PluginConfig::device).toList(),
                f.object("rootfs").texts("diff_ids"));
        config.check(what);
        return config;
    }

    private static Mount mount(Fields m) {
        return new Mount(
                m.text("Name"),
                m.text("Description"),
                m.texts("Settable"),
                m.maybeText("Source"),
                m.text("Destination"),
                m.text("Type"),
                m.texts("Options"));
    }

    private static Device device(Fields d) {
        return new Device(d.text("Name"), d.text("Description"), d.texts("Settable"), d.maybeText("Path"));
    }

    private static Variable variable(Fields v) {
        return new Variable(v.text("Name"), v.text("Description"), v.texts("Settable"), v.maybeText("Value"));
    }

    private static Arguments arguments(Fields a) {
        return new Arguments(a.text("Name"), a.text("Description"), a.texts("Settable"), a.texts("Value"));
    }

    private void check(String what) {
        require(!entrypoint.isEmpty(), what, "Entrypoint is empty, so there is nothing to run");
        require(SOCKET.matcher(socket).matches(), what, "Interface.Socket \"" + socket + "\" is no name of a file");
        types.forEach(t -> require(TYPE.matcher(t).matches(), what, "Interface.Types has \"" + t + "\""));
        require(NETWORKS.contains(network), what, "Network.Type \"" + network + "\" is not none or host");
        require(
                propagatedMount.isEmpty() || isPlace(propagatedMount),
                what,
                "PropagatedMount \"" + propagatedMount + "\" is no place of its own");
        require(workDir.isEmpty() || workDir.startsWith("/"), what, "WorkDir is not absolute");
        for (Mount m : mounts) {
            require(isPlace(m.destination()), what, "the destination \"" + m.destination() + "\" is no place");
            checkKind(m, what);
        }
        Set<String> names = new HashSet<>();
        env.forEach(v -> require(
                !v.name().isEmpty() && v.name().indexOf('=') < 0 && names.add(v.name()),
                what,
                "a variable is called \"" + v.name() + "\""));
    }

    /// A mount shows nothing of the host but its source, for that is what its user is asked about.
    private static void checkKind(Mount m, String what) {
        String mount = "the mount at \"" + m.destination() + "\"";
        require(MOUNTS.contains(m.type()), what, mount + " is of the type \"" + m.type() + "\", not bind or tmpfs");
        require(
                !m.type().equals("none")
                        || m.options().contains("bind")
                        || m.options().contains("rbind"),
                what,
                mount + " is of the type none without the option bind");
        for (String option : m.options()) {
            require(option.indexOf('/') < 0, what, mount + " has the option \"" + option + "\", which names a path");
        }
    }

    private static boolean isPlace(String path) {
        return path.startsWith("/")
                && path.length() > 1
                && !List.of(path.split("/")).contains("..");
    }

    private static void require(boolean holds, String what, String why) {
        if (!holds) {
            throw new InvalidArgument(what, "config.json: " + why, "correct config.json");
        }
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
                all.add(m.group(1).toLowerCase(java.util.Locale.ROOT));
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
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("DockerVersion", dockerVersion);
        all.put("Description", description);
        all.put("Documentation", documentation);
        all.put("Interface", ordered("Types", types, "Socket", socket, "ProtocolScheme", protocolScheme));
        all.put("Entrypoint", entrypoint);
        all.put("WorkDir", workDir);
        all.put("User", ordered("UID", uid, "GID", gid));
        all.put("Network", ordered("Type", network));
        all.put(
                "Linux",
                ordered("Capabilities", capabilities, "AllowAllDevices", allowAllDevices, "Devices", devices(devices)));
        all.put("PropagatedMount", propagatedMount);
        all.put("IpcHost", ipcHost);
        all.put("PidHost", pidHost);
        all.put("Mounts", mounts(mounts));
        List<Object> variables = new ArrayList<>();
        env.forEach(v -> variables.add(ordered(
                "Name",
                v.name(),
                "Description",
                v.description(),
                "Settable",
                v.settable(),
                "Value",
                v.value().orElse(null))));
        all.put("Env", variables);
        all.put(
                "Args",
                ordered(
                        "Name",
                        args.name(),
                        "Description",
                        args.description(),
                        "Settable",
                        args.settable(),
                        "Value",
                        args.value()));
        all.put("rootfs", ordered("type", "layers", "diff_ids", diffIds));
        return all;
    }

    static List<Object> mounts(List<Mount> mounts) {
        List<Object> all = new ArrayList<>();
        mounts.forEach(m -> all.add(ordered(
                "Name",
                m.name(),
                "Description",
                m.description(),
                "Settable",
                m.settable(),
                "Source",
                m.source().orElse(null),
                "Destination",
                m.destination(),
                "Type",
                m.type(),
                "Options",
                m.options())));
        return all;
    }

    static List<Object> devices(List<Device> devices) {
        List<Object> all = new ArrayList<>();
        devices.forEach(d -> all.add(ordered(
                "Name",
                d.name(),
                "Description",
                d.description(),
                "Settable",
                d.settable(),
                "Path",
                d.path().orElse(null))));
        return all;
    }

    private static Map<String, @Nullable Object> ordered(@Nullable Object... pairs) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            all.put(String.valueOf(pairs[i]), pairs[i + 1]);
        }
        return all;
    }
}
