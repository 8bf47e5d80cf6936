package dev.gantry.network.model;

import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One subnet as asked for; what is absent is chosen. `reserved` are the auxiliary addresses by their
/// user's names.
public record PoolSpec(
        @Nullable Subnet subnet,
        @Nullable Subnet range,
        @Nullable Ip gateway,
        Map<String, Ip> reserved) {
    /// All of it chosen by the engine.
    public static final PoolSpec ANY = new PoolSpec(null, null, null, Map.of());

    public PoolSpec {
        reserved = java.util.Collections.unmodifiableMap(new TreeMap<>(reserved));
    }

    public static PoolSpec of(Subnet subnet) {
        return new PoolSpec(subnet, null, null, Map.of());
    }
}
