package dev.gantry.engine.network;

import dev.gantry.network.ipam.DefaultPools;
import dev.gantry.network.model.PoolSpec;
import java.util.List;
import java.util.Map;

/// What the engine was told about networks that nobody describes.
///
/// @param bridge subnets of the network `bridge`; empty: the engine chooses
/// @param bridgeIpv6 whether it has IPv6
/// @param bridgeOptions that it has besides its usual ones
/// @param blocks out of which other networks get subnets; empty: Docker's
public record NetworkDefaults(
        List<PoolSpec> bridge, boolean bridgeIpv6, Map<String, String> bridgeOptions, List<DefaultPools.Block> blocks) {
    public static final NetworkDefaults NONE = new NetworkDefaults(List.of(), false, Map.of(), List.of());

    public NetworkDefaults {
        bridge = List.copyOf(bridge);
        bridgeOptions = Map.copyOf(bridgeOptions);
        blocks = List.copyOf(blocks);
    }
}
