package dev.gantry.engine.plugin.network;

import dev.gantry.engine.network.ForeignAddresses;
import dev.gantry.engine.network.ForeignDriver;
import dev.gantry.engine.network.ForeignNetworks;
import dev.gantry.engine.plugin.Plugins;

/// Every plugin is a driver of its name; `cni` is the one that runs chains of CNI plugins.
public record PluginNetworks(Plugins plugins, ForeignDriver cni) implements ForeignNetworks {
    private static final String CNI = "cni";

    @Override
    public ForeignDriver driver(String name) {
        return name.equals(CNI) ? cni : new RemoteDriver(plugins, RemoteNetworks.of(plugins, name));
    }

    @Override
    public ForeignAddresses addresses(String name) {
        return new RemoteAddresses(RemoteIpam.of(plugins, name));
    }
}
