package dev.gantry.network.driver;

import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import java.util.List;

/// An endpoint of an overlay network on another host: how it is addressed, and the host's own address, to which
/// its frames travel.
public record OverlayPeer(MacAddress mac, List<Ip> addresses, Ip host) {
    public OverlayPeer {
        addresses = List.copyOf(addresses);
    }
}
