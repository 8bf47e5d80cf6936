package dev.gantry.network.model;

import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// One subnet that a network has. Addresses are handed out of `range`; a fixed one may lie anywhere in
/// `subnet`. `gateways` holds one address, or none where nothing routes (`--internal` with an isolated
/// gateway mode). `handle` is what another address management calls it; empty for ours.
public record Pool(Subnet subnet, Subnet range, List<Ip> gateways, Map<String, Ip> reserved, String handle) {
    public Pool {
        gateways = List.copyOf(gateways);
        reserved = java.util.Collections.unmodifiableMap(new TreeMap<>(reserved));
        if (!subnet.contains(range) || gateways.size() > 1) {
            throw new IllegalArgumentException("the range lies in the subnet, and there is one gateway at most");
        }
    }

    /// Of our own address management.
    public Pool(Subnet subnet, Subnet range, List<Ip> gateways, Map<String, Ip> reserved) {
        this(subnet, range, gateways, reserved, "");
    }

    public Family family() {
        return subnet.family();
    }

    public Optional<Ip> gateway() {
        return gateways.stream().findFirst();
    }
}
