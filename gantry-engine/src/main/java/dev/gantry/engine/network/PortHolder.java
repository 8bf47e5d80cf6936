package dev.gantry.engine.network;

import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.port.PortProbe;
import dev.gantry.network.port.PublishedPort;
import java.util.Collection;

/// Takes ports of the host for containers, so that nobody else has them.
interface PortHolder extends AutoCloseable {
    /// Takes ports for one container, and lets go at its end of those that were not needed after all.
    interface Attempt extends PortProbe {
        void keep(Collection<PublishedPort> needed);
    }

    /// @param given back by the same container in the same change: they are used again
    Attempt attempt(Collection<PublishedPort> given);

    /// After a restart of the engine: those of containers that run.
    void restore(Collection<PublishedPort> ports);

    /// Carries to the containers what no rule brings there. Idempotent.
    void carry(Collection<Attachment> attachments);

    /// What arrives at these is carried no more; they stay held.
    void stopCarrying(Collection<PublishedPort> ports);

    void release(Collection<PublishedPort> ports);

    /// Lets go of those that none of `still` needs.
    void release(Collection<PublishedPort> ports, Collection<PublishedPort> still);

    @Override
    void close();
}
