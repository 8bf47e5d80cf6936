package dev.gantry.daemon;

import dev.gantry.base.GantryException;
import dev.gantry.daemon.config.Option;
import dev.gantry.daemon.config.Options;
import dev.gantry.daemon.config.Settings;
import dev.gantry.docker.system.DaemonSettings;
import dev.gantry.docker.system.HostFacts;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.Events;
import dev.gantry.images.registry.RegistryOptions;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The options that the file may change while the daemon runs, as they are now.
final class Reloading {
    private static final Logger LOG = LoggerFactory.getLogger(Reloading.class);

    private volatile State state;

    private record State(Settings settings, DaemonSettings api, RegistryOptions registries) {
        static State of(Settings settings) {
            return new State(settings, ApiOptions.read(settings), EngineOptions.registries(settings));
        }
    }

    Reloading(Settings settings) {
        this.state = State.of(settings);
    }

    /// Whether the daemon could begin with these.
    static void check(Settings settings) {
        State.of(settings);
    }

    DaemonSettings api() {
        return state.api();
    }

    RegistryOptions registries() {
        return state.registries();
    }

    /// Reads the file again. What is wrong with it changes nothing.
    void reload(Events events, Notify supervisor) {
        supervisor.reloading();
        try {
            Settings now = state.settings().reloaded();
            state = State.of(now);
            Map<String, String> attributes = new TreeMap<>();
            for (Option option : Options.all()) {
                if (option.rule() instanceof Option.Rule.Reloaded) {
                    attributes.put(option.key(), String.join(",", now.list(option.flag())));
                }
            }
            String name = HostFacts.nameOfThisHost();
            attributes.put("name", name);
            events.publish(Event.Kind.DAEMON, "reload", name, attributes);
            LOG.info("daemon=reloaded file={}", now.file().map(Object::toString).orElse("none"));
        } catch (GantryException e) {
            LOG.error("daemon=not-reloaded why=\"{}\"", e.getMessage());
        } finally {
            supervisor.ready();
        }
    }
}
