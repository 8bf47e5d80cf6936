package dev.gantry.engine.plugin.volume;

import dev.gantry.base.NotFound;
import dev.gantry.base.Unsupported;
import dev.gantry.csi.CsiDrivers;
import dev.gantry.csi.CsiPlace;
import dev.gantry.engine.plugin.ManagedPlugin;
import dev.gantry.engine.plugin.PluginAddress;
import dev.gantry.engine.plugin.PluginDiscovery;
import dev.gantry.engine.plugin.PluginKind;
import dev.gantry.engine.plugin.PluginPlaces;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/// Finds the plugin of the driver `csi.NAME`: a managed one called `NAME`, else the socket of a plugin `csi.NAME`.
///
/// @param root below which plugins that see the host's files put volumes
public record CsiPlaces(PluginDiscovery discovery, ManagedPlugin.Source managed, Path root)
        implements Function<String, CsiPlace> {
    /// The directory below its propagated mount in which a managed plugin puts volumes.
    private static final String BELOW = "gantry";

    @Override
    public CsiPlace apply(String driver) {
        Optional<ManagedPlugin> ours = managed.find(driver.substring(CsiDrivers.PREFIX.length()));
        return ours.isPresent() ? of(driver, ours.get()) : ofHost(driver);
    }

    private static CsiPlace of(String driver, ManagedPlugin plugin) {
        String what = "error looking up volume plugin " + driver;
        if (!plugin.kinds().contains(PluginKind.CSI_NODE.wire())
                || !(plugin.address() instanceof PluginAddress.Unix unix)) {
            throw new NotFound(
                    what,
                    "plugin " + plugin.name() + " is there, but it is no csinode",
                    "name another: it says that it is " + plugin.kinds());
        }
        PluginPlaces places = plugin.places();
        if (places.inside().isEmpty()) {
            throw new Unsupported(
                    what, "plugin " + plugin.name() + " has no PropagatedMount", "ask its maker for one that has");
        }
        Path inside = Path.of(places.inside()).resolve(BELOW);
        return new CsiPlace(unix.socket(), places.shared(), places.onHost(inside.toString()), inside, true);
    }

    private CsiPlace ofHost(String driver) {
        PluginAddress address;
        try {
            address = discovery.find(driver);
        } catch (NotFound e) {
            throw new NotFound("error looking up volume plugin " + driver, e.why(), e.todo(), e);
        }
        return switch (address) {
            case PluginAddress.Unix unix ->
                CsiPlace.ofHost(unix.socket(), root.resolve(driver).resolve("mounts"));
            case PluginAddress.Tcp tcp ->
                throw new Unsupported(
                        "error looking up volume plugin " + driver,
                        "it is at " + tcp + ", and CSI is spoken over a Unix socket",
                        "write unix:///path in its .spec");
        };
    }
}
