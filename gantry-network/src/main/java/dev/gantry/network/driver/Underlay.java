package dev.gantry.network.driver;

import dev.gantry.network.address.Ip;
import dev.gantry.network.firewall.Element;
import dev.gantry.network.firewall.Elements;
import java.util.List;
import java.util.Map;

/// What overlays travel on: the address of this host that its frames bear, those of the hosts that may send some here,
/// each with the TCP port at which its engine hears this one, and the UDP port of all of them. IPv4.
public record Underlay(Ip own, Map<Ip, Integer> others, int port) {
    /// IANA's port of VXLAN, RFC 7348 §5.
    public static final int PORT = 4789;

    /// No tunnels: overlay networks end at this host.
    public static final Underlay NONE = new Underlay(Ip.ANY_V4, Map.of(), PORT);

    public Underlay {
        others = Map.copyOf(others);
    }

    boolean isNone() {
        return own.isAny();
    }

    List<Element> elements() {
        return isNone() ? List.of() : Elements.ofTunnels(own, others, port);
    }
}
