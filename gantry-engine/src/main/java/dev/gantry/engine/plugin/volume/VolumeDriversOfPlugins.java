package dev.gantry.engine.plugin.volume;

import dev.gantry.csi.CsiDrivers;
import dev.gantry.engine.plugin.Plugins;
import dev.gantry.volume.VolumeDriver;
import dev.gantry.volume.VolumeDrivers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;

/// Every volume plugin is a driver of its name; those whose names begin with `csi.` speak CSI, the others Docker's
/// protocol.
public record VolumeDriversOfPlugins(Plugins plugins, CsiDrivers csi) implements VolumeDrivers {
    @Override
    public VolumeDriver find(String name) {
        return CsiDrivers.isOne(name) ? csi.find(name) : new PluginVolumeDrivers(plugins).find(name);
    }

    @Override
    public String fullName(String name) {
        return CsiDrivers.isOne(name)
                ? CsiDrivers.PREFIX + plugins.fullName(name.substring(CsiDrivers.PREFIX.length()))
                : plugins.fullName(name);
    }

    @Override
    public void settle(BiPredicate<String, String> mounted) {
        csi.settle(mounted);
    }

    @Override
    public List<String> active() {
        List<String> all = new ArrayList<>(new PluginVolumeDrivers(plugins).active());
        all.addAll(csi.active());
        return all;
    }
}
