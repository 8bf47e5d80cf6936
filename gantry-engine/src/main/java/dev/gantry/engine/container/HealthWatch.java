package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;

/// Who checks the health of containers. It is told in the container's turn, after the change is stored, and only of
/// containers that have a check; it returns at once.
public interface HealthWatch {
    /// Nobody checks.
    HealthWatch NONE = new HealthWatch() {
        @Override
        public void begins(ContainerId id) {}

        @Override
        public void ends(ContainerId id) {}

        @Override
        public void pauses(ContainerId id, boolean still) {}

        @Override
        public void forgets(ContainerId id) {}
    };

    /// A run has begun, or one was found; the same one may be told again.
    void begins(ContainerId id);

    void ends(ContainerId id);

    void pauses(ContainerId id, boolean still);

    /// It was removed.
    void forgets(ContainerId id);
}
