package dev.gantry.engine.container;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/// Which state may follow which: the whole table. Whoever changes a state asks here.
final class Transitions {
    enum Kind {
        CREATED,
        RUNNING,
        RESTARTING,
        EXITED,
        DEAD,
        REMOVING
    }

    private static final Map<Kind, Set<Kind>> TABLE = new EnumMap<>(Map.of(
            // A start that was not stored before the engine died is found again as running, or ended.
            Kind.CREATED, EnumSet.of(Kind.RUNNING, Kind.RESTARTING, Kind.EXITED, Kind.REMOVING, Kind.DEAD),
            // To itself: paused, and going on again.
            Kind.RUNNING, EnumSet.of(Kind.RUNNING, Kind.EXITED, Kind.RESTARTING),
            Kind.RESTARTING, EnumSet.of(Kind.RUNNING, Kind.EXITED, Kind.RESTARTING, Kind.REMOVING, Kind.DEAD),
            Kind.EXITED, EnumSet.of(Kind.RUNNING, Kind.RESTARTING, Kind.EXITED, Kind.REMOVING, Kind.DEAD),
            // Its files were away when an engine opened, and are there when another one does.
            Kind.DEAD, EnumSet.of(Kind.CREATED, Kind.EXITED, Kind.REMOVING),
            Kind.REMOVING, EnumSet.of(Kind.DEAD)));

    private Transitions() {}

    static boolean allowed(ContainerState from, ContainerState to) {
        return TABLE.getOrDefault(kind(from), Set.of()).contains(kind(to));
    }

    /// `to`, or the broken invariant in words.
    static ContainerState check(ContainerState from, ContainerState to) {
        if (!allowed(from, to)) {
            throw new IllegalStateException("a container cannot go from " + from.word() + " to " + to.word());
        }
        return to;
    }

    static Kind kind(ContainerState s) {
        return switch (s) {
            case ContainerState.Created _ -> Kind.CREATED;
            case ContainerState.Running _ -> Kind.RUNNING;
            case ContainerState.Restarting _ -> Kind.RESTARTING;
            case ContainerState.Exited _ -> Kind.EXITED;
            case ContainerState.Dead _ -> Kind.DEAD;
            case ContainerState.Removing _ -> Kind.REMOVING;
        };
    }
}
