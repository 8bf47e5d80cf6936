package dev.gantry.engine.network;

import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.ipam.AddressSource;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.Pool;
import java.util.Collection;
import java.util.List;

/// An address management that is a program of somebody else's. Every call ends in bounded time, and any may fail.
public interface ForeignAddresses {
    /// The subnets of a network with their gateways: all of them, or none. `unrouted` families get no gateway.
    List<Pool> take(NetworkSpec spec, List<Family> unrouted);

    void giveBack(List<Pool> pools);

    /// Whether it wants to know the hardware address first.
    boolean wantsMac();

    /// For one endpoint. `mac` may be [MacAddress#UNKNOWN].
    AddressSource of(Network network, MacAddress mac);

    /// The engine has started again: these addresses are in use. One that keeps them itself is told nothing.
    void replay(Network network, Collection<Ip> inUse);
}
