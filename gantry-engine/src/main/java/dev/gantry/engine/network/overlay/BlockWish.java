package dev.gantry.engine.network.overlay;

import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.model.NetworkId;

/// What a host asks a network's home for. It stands until it is granted or given up, so granting it twice is to change
/// nothing.
public sealed interface BlockWish {
    NetworkId network();

    /// To have `blocks` of a family in all.
    record More(NetworkId network, Family family, int blocks) implements BlockWish {}

    /// To have the block in which an address lies.
    record Around(NetworkId network, Ip address) implements BlockWish {}
}
