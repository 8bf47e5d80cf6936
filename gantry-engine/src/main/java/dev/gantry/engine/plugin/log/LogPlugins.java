package dev.gantry.engine.plugin.log;

import dev.gantry.base.GantryException;
import dev.gantry.base.NotFound;
import dev.gantry.engine.log.LogDriver;
import dev.gantry.engine.log.LogDrivers;
import dev.gantry.engine.plugin.PluginKind;
import dev.gantry.engine.plugin.Plugins;
import dev.gantry.linux.Linux;
import java.nio.file.Path;
import java.util.Optional;

/// The log drivers that are plugins.
public final class LogPlugins implements LogDrivers {
    private final Linux linux;
    private final Plugins plugins;
    private final Path pipes;

    /// @param pipes a directory for the pipes to plugins that see the host's files; made with the first
    public LogPlugins(Linux linux, Plugins plugins, Path pipes) {
        this.linux = linux;
        this.plugins = plugins;
        this.pipes = pipes;
    }

    /// Also one that is disabled or does not answer: whoever wants something of it hears that.
    @Override
    public Optional<LogDriver> find(String name) {
        try {
            plugins.get(name, PluginKind.LOG);
        } catch (NotFound none) {
            return Optional.empty();
        } catch (GantryException notNow) {
            return Optional.of(new PluginLogDriver(linux, plugins, name, pipes));
        }
        return Optional.of(new PluginLogDriver(linux, plugins, name, pipes));
    }
}
