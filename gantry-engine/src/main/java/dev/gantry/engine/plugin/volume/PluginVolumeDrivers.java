package dev.gantry.engine.plugin.volume;

import dev.gantry.engine.plugin.PluginKind;
import dev.gantry.engine.plugin.Plugins;
import dev.gantry.volume.VolumeDriver;
import dev.gantry.volume.VolumeDrivers;
import java.util.List;

/// Every volume plugin is a driver of its name.
public record PluginVolumeDrivers(Plugins plugins) implements VolumeDrivers {
    @Override
    public VolumeDriver find(String name) {
        return new PluginVolumes(plugins.get(name, PluginKind.VOLUME));
    }

    @Override
    public String fullName(String name) {
        return plugins.fullName(name);
    }

    @Override
    public List<String> active() {
        return plugins.active(PluginKind.VOLUME);
    }
}
