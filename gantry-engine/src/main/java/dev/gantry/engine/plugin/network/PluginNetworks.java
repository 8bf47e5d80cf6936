package dev.gantry.engine.plugin.network;

import dev.gantry.engine.network.ForeignAddresses;
import dev.gantry.engine.network.ForeignDriver;
import dev.gantry.engine.network.ForeignNetworks;
import dev.gantry.engine.plugin.Plugins;

/// Every plugin is a driver of its name.
public record PluginNetworks(Plugins plugins) implements ForeignNetworks {
    @Override
    public ForeignDriver driver(String name) {
        return new RemoteDriver(plugins, RemoteNetworks.of(plugins, name));
    }

    @Override
    public ForeignAddresses addresses(String name) {
        return new RemoteAddresses(RemoteIpam.of(plugins, name));
    }
}
