package dev.gantry.embedded;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.NotFound;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.Container;
import dev.gantry.network.model.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What runs in the kernel and is no data: containers, and networks that somebody made.
final class Leftovers {
    private static final Set<String> OF_EVERY_ENGINE = Set.of("bridge", "host", "none");

    private Leftovers() {}

    /// `found`: also what of networks an engine before has left on the host.
    static void remove(Gantry engine, boolean found) {
        all(List.of(
                () -> all(engine.containers().list().stream()
                        .map(c -> (Runnable) () -> remove(engine, c))
                        .toList()),
                () -> all(engine.networks().list().stream()
                        .filter(n -> !OF_EVERY_ENGINE.contains(n.name()))
                        .map(n -> (Runnable) () -> remove(engine, n))
                        .toList()),
                () -> engine.withdrawNetworks(found)));
    }

    private static void remove(Gantry engine, Container container) {
        try {
            engine.containers().remove(container.id(), true, true);
        } catch (NotFound gone) {
            return; // it went by itself
        }
    }

    private static void remove(Gantry engine, Network network) {
        try {
            engine.networks().remove(network.id());
        } catch (NotFound | Conflict e) {
            return; // gone, or another thread of this program has just joined it
        }
    }

    /// What one cannot take away keeps no other from going; the first failure is thrown, with the others.
    static void all(List<Runnable> steps) {
        List<GantryException> failures = new ArrayList<>();
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (GantryException e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            GantryException first = failures.removeFirst();
            failures.forEach(first::addSuppressed);
            throw first;
        }
    }
}
