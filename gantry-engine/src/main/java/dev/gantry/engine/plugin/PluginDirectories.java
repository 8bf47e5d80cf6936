package dev.gantry.engine.plugin;

import dev.gantry.engine.plugin.cdi.CdiDevices;
import java.nio.file.Path;
import java.util.List;

/// Where plugins tell that they are there: `sockets` are looked at first, then the files in `specs`, in order. In `cdi`
/// vendors describe their devices.
public record PluginDirectories(List<Path> sockets, List<Path> specs, List<Path> cdi) {
    public static final PluginDirectories STANDARD = new PluginDirectories(
            List.of(Path.of("/run/docker/plugins")),
            List.of(Path.of("/etc/docker/plugins"), Path.of("/usr/lib/docker/plugins")));

    public PluginDirectories {
        sockets = List.copyOf(sockets);
        specs = List.copyOf(specs);
        cdi = List.copyOf(cdi);
    }

    /// With the usual directories for devices.
    public PluginDirectories(List<Path> sockets, List<Path> specs) {
        this(sockets, specs, CdiDevices.STANDARD);
    }

    public PluginDirectories withCdi(List<Path> directories) {
        return new PluginDirectories(sockets, specs, directories);
    }
}
