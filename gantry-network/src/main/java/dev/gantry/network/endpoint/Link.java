package dev.gantry.network.endpoint;

import dev.gantry.network.model.DriverOptions;

/// How a container's interface is joined to its network.
public sealed interface Link {
    /// A pair of interfaces: one in the container, `hostInterface` a port of `bridge`. An isolated port
    /// reaches the host only, not other isolated ports. A hairpin port gets back what it sent, which a
    /// container needs to reach its own published port.
    record Veth(String hostInterface, String bridge, boolean isolated, boolean hairpin) implements Link {}

    /// An interface of its own on a parent of the host.
    sealed interface OnParent extends Link {
        String parent();
    }

    record Macvlan(String parent, DriverOptions.Macvlan.Mode mode) implements OnParent {}

    /// With the hardware address of its parent.
    record Ipvlan(String parent, DriverOptions.Ipvlan.Mode mode, DriverOptions.Ipvlan.Flag flag) implements OnParent {}

    /// An interface of the host that somebody else made: it is moved into the container.
    record Moved(String source) implements Link {}

    /// Made inside by somebody else, with addresses and routes; nothing is left to do.
    record Ready() implements Link {}
}
