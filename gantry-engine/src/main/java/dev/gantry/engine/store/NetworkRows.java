package dev.gantry.engine.store;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.ContainerTable.Commit;
import dev.gantry.engine.container.ContainerTable.Durability;
import dev.gantry.engine.event.EventDraft;
import dev.gantry.engine.network.Member;
import dev.gantry.engine.network.NetworkTable;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import java.util.List;

/// The rows of networks and their members; a store says how they are written.
record NetworkRows(List<Network> networks, List<Member> members, Writer writer) implements NetworkTable {
    @FunctionalInterface
    interface Writer {
        Commit write(SqliteWriter.Change change, List<EventDraft> events, Durability durability);
    }

    NetworkRows {
        networks = List.copyOf(networks);
        members = List.copyOf(members);
    }

    @Override
    public Commit put(Network network, List<EventDraft> events) {
        return writer.write(s -> s.networks().put(network), events, Durability.POWER);
    }

    @Override
    public Commit remove(NetworkId network, List<EventDraft> events) {
        return writer.write(s -> s.networks().remove(network), events, Durability.POWER);
    }

    @Override
    public Commit put(List<Member> changed, List<EventDraft> events, Durability durability) {
        return writer.write(
                s -> {
                    for (Member m : changed) {
                        s.networks().put(m);
                    }
                },
                events,
                durability);
    }

    @Override
    public Commit remove(ContainerId container, List<NetworkId> left, List<EventDraft> events, Durability durability) {
        return writer.write(
                s -> {
                    for (NetworkId network : left) {
                        s.networks().remove(container, network);
                    }
                },
                events,
                durability);
    }
}
