package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.ContainerTable.Commit;
import dev.gantry.engine.container.ContainerTable.Durability;
import dev.gantry.engine.event.EventDraft;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import java.util.List;

/// Where networks and their members are kept. Each change and its events are one transaction.
public interface NetworkTable {
    /// What was stored when the table was opened.
    List<Network> networks();

    /// What was stored when the table was opened.
    List<Member> members();

    /// Adds it, or replaces the row of its id.
    Commit put(Network network, List<EventDraft> events);

    /// Deleting what is absent is not an error.
    Commit remove(NetworkId network, List<EventDraft> events);

    /// Adds them, or replaces the rows of the same container and network.
    Commit put(List<Member> members, List<EventDraft> events, Durability durability);

    /// Deleting what is absent is not an error.
    Commit remove(ContainerId container, List<NetworkId> networks, List<EventDraft> events, Durability durability);
}
