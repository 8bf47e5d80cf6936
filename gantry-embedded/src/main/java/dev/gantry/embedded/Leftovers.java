package dev.gantry.embedded;

import dev.gantry.base.Conflict;
import dev.gantry.base.NotFound;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.Container;
import dev.gantry.network.model.Network;
import java.util.Set;

/// What runs in the kernel and is no data: containers, and networks that somebody made.
final class Leftovers {
    private static final Set<String> OF_EVERY_ENGINE = Set.of("bridge", "host", "none");

    private Leftovers() {}

    /// `found`: also what of networks an engine before has left on the host.
    static void remove(Gantry engine, boolean found) {
        for (Container container : engine.containers().list()) {
            try {
                engine.containers().remove(container.id(), true, true);
            } catch (NotFound gone) {
                continue; // it went by itself
            }
        }
        for (Network network : engine.networks().list()) {
            if (!OF_EVERY_ENGINE.contains(network.name())) {
                try {
                    engine.networks().remove(network.id());
                } catch (NotFound | Conflict e) {
                    continue; // gone, or another thread of this program has just joined it
                }
            }
        }
        engine.withdrawNetworks(found);
    }
}
