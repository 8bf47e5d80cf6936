package dev.gantry.engine.managed;

import dev.gantry.base.InvalidArgument;
import dev.gantry.engine.managed.PluginConfig.Arguments;
import dev.gantry.engine.managed.PluginConfig.Device;
import dev.gantry.engine.managed.PluginConfig.Mount;
import dev.gantry.engine.managed.PluginConfig.Variable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// From the bytes of a `config.json` to what it says, checked.
final class ConfigReader {
    private static final Pattern SOCKET = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,39}");
    private static final Set<String> NETWORKS = Set.of("", "none", "null", "bridge", "host");
    private static final Set<String> MOUNTS = Set.of("", "bind", "none", "tmpfs");
    private static final long MOST_IDS = 0xffff_fffeL;

    private ConfigReader() {}

    /// Reads and checks; `name` is what its user calls the plugin.
    static PluginConfig read(byte[] json, String name) {
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
                f.objects("Mounts").stream().map(ConfigReader::mount).toList(),
                f.flag("IpcHost"),
                f.flag("PidHost"),
                f.text("PropagatedMount"),
                f.objects("Env").stream().map(ConfigReader::variable).toList(),
                arguments(f.object("Args")),
                linux.texts("Capabilities"),
                linux.flag("AllowAllDevices"),
                linux.objects("Devices").stream().map(ConfigReader::device).toList(),
                f.object("rootfs").texts("diff_ids"));
        check(config, what);
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

    private static void check(PluginConfig c, String what) {
        require(!c.entrypoint().isEmpty(), what, "Entrypoint is empty, so there is nothing to run");
        require(
                SOCKET.matcher(c.socket()).matches(),
                what,
                "Interface.Socket \"" + c.socket() + "\" is no name of a file");
        c.types()
                .forEach(t ->
                        require(PluginConfig.TYPE.matcher(t).matches(), what, "Interface.Types has \"" + t + "\""));
        require(NETWORKS.contains(c.network()), what, "Network.Type \"" + c.network() + "\" is not none or host");
        require(
                c.propagatedMount().isEmpty() || isPlace(c.propagatedMount()),
                what,
                "PropagatedMount \"" + c.propagatedMount() + "\" is no place of its own");
        require(c.workDir().isEmpty() || c.workDir().startsWith("/"), what, "WorkDir is not absolute");
        for (Mount m : c.mounts()) {
            require(isPlace(m.destination()), what, "the destination \"" + m.destination() + "\" is no place");
            checkKind(m, what);
        }
        Set<String> names = new HashSet<>();
        c.env()
                .forEach(v -> require(
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
}
