package dev.gantry.engine;

import dev.gantry.base.Reference;
import dev.gantry.csi.CsiDrivers;
import dev.gantry.engine.container.Container;
import dev.gantry.network.model.Network;
import dev.gantry.volume.Volume;
import java.util.ArrayList;
import java.util.List;

/// What uses a managed plugin, a word for each.
final class PluginUsers {
    private PluginUsers() {}

    /// @param plugin its full name
    /// @param guards the plugins that requests are shown to
    static List<String> of(
            String plugin,
            List<Volume> volumes,
            List<Network> networks,
            List<Container> containers,
            List<String> guards) {
        List<String> users = new ArrayList<>();
        volumes.stream()
                .filter(v -> isOf(plugin, v.driver()) || isOf(CsiDrivers.PREFIX + plugin, v.driver()))
                .forEach(v -> users.add("volume " + v.name()));
        networks.stream()
                .filter(n ->
                        isOf(plugin, n.driver()) || isOf(plugin, n.spec().ipam().driver()))
                .forEach(n -> users.add("network " + n.name()));
        containers.stream()
                .filter(c -> c.isRunning() && isOf(plugin, c.spec().log().driver()))
                .forEach(c -> users.add("container " + c.name()));
        guards.stream().filter(g -> isOf(plugin, g)).forEach(_ -> users.add("the authorization of requests"));
        return users;
    }

    /// Whether a driver, as its user wrote it, is the plugin of this full name.
    private static boolean isOf(String plugin, String driver) {
        return driver.equals(plugin) || (driver + ":" + Reference.DEFAULT_TAG).equals(plugin);
    }
}
