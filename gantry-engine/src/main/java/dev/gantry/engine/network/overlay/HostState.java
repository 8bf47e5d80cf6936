package dev.gantry.engine.network.overlay;

import dev.gantry.network.model.Network;
import java.util.List;

/// All that one host says.
///
/// @param networks those that were created on it
/// @param endpoints its own, in any overlay network
/// @param wishes for addresses, addressed to the homes of networks
public record HostState(List<Network> networks, List<OverlayEndpoint> endpoints, List<BlockWish> wishes) {
    public static final HostState EMPTY = new HostState(List.of(), List.of(), List.of());

    public HostState {
        networks = List.copyOf(networks);
        endpoints = List.copyOf(endpoints);
        wishes = List.copyOf(wishes);
    }
}
