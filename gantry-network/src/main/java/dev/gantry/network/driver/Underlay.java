package dev.gantry.network.driver;

import dev.gantry.network.address.Ip;
import dev.gantry.network.firewall.Element;
import dev.gantry.network.firewall.Elements;
import java.util.List;

/// What overlays travel on: the address of this host that its frames bear, those of the hosts that may send some here,
/// and the UDP port of all of them. IPv4.
public record Underlay(Ip own, List<Ip> others, int port) {
    /// IANA's port of VXLAN, RFC 7348 §5.
    public static final int PORT = 4789;

    /// No tunnels: overlay networks end at this host.
    public static final Underlay NONE = new Underlay(Ip.ANY_V4, List.of(), PORT);

    public Underlay {
        others = List.copyOf(others);
    }

    boolean isNone() {
        return own.isAny();
    }

    List<Element> elements() {
        return isNone() ? List.of() : Elements.ofTunnels(own, others, port);
    }
}
