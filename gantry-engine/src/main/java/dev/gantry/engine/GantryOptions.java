package dev.gantry.engine;

import dev.gantry.base.IdMap;
import dev.gantry.engine.network.NetworkDefaults;
import dev.gantry.engine.network.overlay.OverlayOptions;
import dev.gantry.engine.observe.Tracer;
import dev.gantry.engine.plugin.PluginDirectories;
import dev.gantry.images.registry.RegistryOptions;
import dev.gantry.images.snapshot.StorageDriver;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Where an engine lives.
///
/// @param dataRoot what must last
/// @param runRoot what a restart of the host may forget
/// @param shim the native program
/// @param cgroup the parent of all control groups of this engine
/// @param autostart the command line that starts an engine on this data root again; that of the latest engine is run
///     when a container with a restart policy or `autoRemove` ends while no engine lives. Empty when there is none
/// @param hidden further paths of the host that containers over a directory image must not see, such as sockets
/// @param plugins where plugins tell that they are there
/// @param overlay with which hosts it shares overlay networks
/// @param registries how registries are spoken to; asked anew each time
/// @param networks of the network `bridge`, and of those whose subnets nobody chose
/// @param tracer who follows what it does
/// @param storage how files of containers are made; empty: as the host can
/// @param ids those of the host that containers have, each in a user namespace of its own; the same: they have none
public record GantryOptions(
        Path dataRoot,
        Path runRoot,
        Path shim,
        String cgroup,
        List<String> autostart,
        List<Path> hidden,
        PluginDirectories plugins,
        OverlayOptions overlay,
        Supplier<RegistryOptions> registries,
        NetworkDefaults networks,
        Tracer tracer,
        Optional<StorageDriver> storage,
        IdMap ids) {
    public GantryOptions {
        dataRoot = dataRoot.toAbsolutePath().normalize();
        runRoot = runRoot.toAbsolutePath().normalize();
        shim = shim.toAbsolutePath().normalize();
        autostart = List.copyOf(autostart);
        hidden = List.copyOf(hidden);
    }

    public static GantryOptions at(Path dataRoot, Path runRoot, Path shim) {
        return new GantryOptions(
                dataRoot,
                runRoot,
                shim,
                "gantry",
                List.of(),
                List.of(),
                PluginDirectories.STANDARD,
                OverlayOptions.NONE,
                () -> RegistryOptions.DEFAULT,
                NetworkDefaults.NONE,
                Tracer.NONE,
                Optional.empty(),
                IdMap.SAME);
    }

    public GantryOptions cgroup(String parent) {
        return new GantryOptions(
                dataRoot,
                runRoot,
                shim,
                parent,
                autostart,
                hidden,
                plugins,
                overlay,
                registries,
                networks,
                tracer,
                storage,
                ids);
    }

    public GantryOptions autostart(List<String> argv) {
        return new GantryOptions(
                dataRoot,
                runRoot,
                shim,
                cgroup,
                argv,
                hidden,
                plugins,
                overlay,
                registries,
                networks,
                tracer,
                storage,
                ids);
    }

    public GantryOptions hidden(List<Path> paths) {
        return new GantryOptions(
                dataRoot,
                runRoot,
                shim,
                cgroup,
                autostart,
                paths,
                plugins,
                overlay,
                registries,
                networks,
                tracer,
                storage,
                ids);
    }

    public GantryOptions plugins(PluginDirectories directories) {
        return new GantryOptions(
                dataRoot,
                runRoot,
                shim,
                cgroup,
                autostart,
                hidden,
                directories,
                overlay,
                registries,
                networks,
                tracer,
                storage,
                ids);
    }

    public GantryOptions overlay(OverlayOptions hosts) {
        return new GantryOptions(
                dataRoot,
                runRoot,
                shim,
                cgroup,
                autostart,
                hidden,
                plugins,
                hosts,
                registries,
                networks,
                tracer,
                storage,
                ids);
    }

    public GantryOptions registries(Supplier<RegistryOptions> options) {
        return new GantryOptions(
                dataRoot, runRoot, shim, cgroup, autostart, hidden, plugins, overlay, options, networks, tracer,
                storage, ids);
    }

    public GantryOptions networks(NetworkDefaults defaults) {
        return new GantryOptions(
                dataRoot,
                runRoot,
                shim,
                cgroup,
                autostart,
                hidden,
                plugins,
                overlay,
                registries,
                defaults,
                tracer,
                storage,
                ids);
    }

    public GantryOptions tracer(Tracer follower) {
        return new GantryOptions(
                dataRoot,
                runRoot,
                shim,
                cgroup,
                autostart,
                hidden,
                plugins,
                overlay,
                registries,
                networks,
                follower,
                storage,
                ids);
    }

    public GantryOptions storage(Optional<StorageDriver> driver) {
        return new GantryOptions(
                dataRoot,
                runRoot,
                shim,
                cgroup,
                autostart,
                hidden,
                plugins,
                overlay,
                registries,
                networks,
                tracer,
                driver,
                ids);
    }

    public GantryOptions ids(IdMap ofContainers) {
        return new GantryOptions(
                dataRoot,
                runRoot,
                shim,
                cgroup,
                autostart,
                hidden,
                plugins,
                overlay,
                registries,
                networks,
                tracer,
                storage,
                ofContainers);
    }
}
