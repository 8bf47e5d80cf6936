package dev.gantry.engine;

import java.nio.file.Path;
import java.util.List;

/// Where an engine lives. `shim` is the native program. `autostart` is the command line that starts an engine on this
/// data root again; it is run when a container with a restart policy or `autoRemove` ends while no engine lives, and
/// empty when there is none. `cgroup` is the parent of all groups of this engine.
public record GantryOptions(Path dataRoot, Path runRoot, Path shim, String cgroup, List<String> autostart) {
    public GantryOptions {
        dataRoot = dataRoot.toAbsolutePath().normalize();
        runRoot = runRoot.toAbsolutePath().normalize();
        shim = shim.toAbsolutePath().normalize();
        autostart = List.copyOf(autostart);
    }

    public static GantryOptions at(Path dataRoot, Path runRoot, Path shim) {
        return new GantryOptions(dataRoot, runRoot, shim, "gantry", List.of());
    }

    public GantryOptions cgroup(String parent) {
        return new GantryOptions(dataRoot, runRoot, shim, parent, autostart);
    }

    public GantryOptions autostart(List<String> argv) {
        return new GantryOptions(dataRoot, runRoot, shim, cgroup, argv);
    }
}
