package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.Turn;
import java.util.function.Consumer;

/// Acts on one container while nothing else does. [dev.gantry.base.NotFound] when there is none.
@FunctionalInterface
public interface Turns {
    void act(ContainerId container, Consumer<Turn> action);
}
