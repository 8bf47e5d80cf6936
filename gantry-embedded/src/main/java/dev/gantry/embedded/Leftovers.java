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
import java.util.function.BooleanSupplier;

/// What runs in the kernel and is no data: containers, and networks that somebody made.
final class Leftovers {
    private static final Set<String> OF_EVERY_ENGINE = Set.of("bridge", "host", "none");

    private static final int MOST_ROUNDS = 20;

    private Leftovers() {}

    /// `found`: also what of networks an engine before has left on the host. Other threads of this program may have
    /// started more meanwhile, which goes, too.
    static void remove(Gantry engine, boolean found) {
        repeat(() -> once(engine, found), () -> engine.containers().list().isEmpty());
    }

    static void repeat(Runnable round, BooleanSupplier nothingLeft) {
        for (int i = 0; i < MOST_ROUNDS; i++) {
            round.run();
            if (nothingLeft.getAsBoolean()) {
                return;
            }
        }
        throw new Conflict(
                "take the containers of this program away",
                "another thread makes new ones all the time",
                "end that thread before the engine is closed");
    }

    private static void once(Gantry engine, boolean found) {
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
