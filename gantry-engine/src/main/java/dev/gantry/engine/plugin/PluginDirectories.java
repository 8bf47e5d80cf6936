package dev.gantry.engine.plugin;

import java.nio.file.Path;
import java.util.List;

/// Where plugins tell that they are there: `sockets` are looked at first, then the files in `specs`, in order.
public record PluginDirectories(List<Path> sockets, List<Path> specs) {
    public static final PluginDirectories STANDARD = new PluginDirectories(
            List.of(Path.of("/run/docker/plugins")),
            List.of(Path.of("/etc/docker/plugins"), Path.of("/usr/lib/docker/plugins")));

    public PluginDirectories {
        sockets = List.copyOf(sockets);
        specs = List.copyOf(specs);
    }
}
