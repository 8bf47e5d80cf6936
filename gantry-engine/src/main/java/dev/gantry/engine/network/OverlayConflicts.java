package dev.gantry.engine.network;

import dev.gantry.engine.network.overlay.OverlayEndpoint;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What hosts made apart from each other and does not go together, by the network that it concerns here.
/// One thread notes it in each round, others read what the last round had.
final class OverlayConflicts {
    private volatile Map<NetworkId, List<String>> told = Map.of();
    private final Map<NetworkId, List<String>> coming = new HashMap<>();

    List<String> of(NetworkId network) {
        return told.getOrDefault(network, List.of());
    }

    void begin() {
        coming.clear();
    }

    void end() {
        Map<NetworkId, List<String>> all = new HashMap<>();
        coming.forEach((id, words) -> all.put(id, words.stream().sorted().toList()));
        told = Map.copyOf(all);
    }

    /// Another host's network is not known here because of those there are.
    void heldBack(Network network, Ip host, Collection<Network> existing) {
        for (Network other : existing) {
            String why = other.id().equals(network.id()) ? "" : OverlayChecks.rivalry(network, other);
            if (!why.isEmpty()) {
                note(
                        other.id(),
                        "network " + network.name() + " (" + network.id().shortHex() + ") of host " + host
                                + " is not known here: it has " + why + ": remove one of the two");
            }
        }
    }

    /// Another host's container is not reached from here.
    void notReached(OverlayEndpoint endpoint, Ip host, String why) {
        note(
                endpoint.network(),
                "container " + endpoint.names().getFirst() + " ("
                        + endpoint.container().shortHex() + ") of host " + host + " is not reached from here: " + why);
    }

    /// Containers of several hosts have one name, which leads to all of them.
    void sameName(Attachment a, Ip host, Attachment other) {
        note(
                a.network().id(),
                "container " + a.endpoint().names().getFirst() + " ("
                        + a.endpoint().container().shortHex() + ") of host " + host + " has the name of "
                        + other.endpoint().container().shortHex() + ": the name leads to both");
    }

    private void note(NetworkId network, String words) {
        coming.computeIfAbsent(network, _ -> new ArrayList<>()).add(words);
    }
}
