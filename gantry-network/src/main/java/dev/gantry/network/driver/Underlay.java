package dev.gantry.network.driver;

import dev.gantry.network.address.Ip;
import dev.gantry.network.encryption.EncryptionPlan;
import dev.gantry.network.firewall.Element;
import dev.gantry.network.firewall.Elements;
import java.util.List;
import java.util.Map;

/// What overlays travel on: the address of this host that its frames bear, those of the hosts that may send
/// some here, each with the TCP port at which its engine hears this one, and the UDP port of all of them.
/// Encrypted overlays have the port behind it.
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

    /// The UDP port of networks that are encrypted, or are not.
    int port(boolean encrypted) {
        return encrypted ? EncryptionPlan.portBeside(port) : port;
    }

    List<Element> elements() {
        return isNone() ? List.of() : Elements.ofTunnels(own, others, port);
    }

    /// In addition, for a host that has encrypted networks.
    List<Element> sealed() {
        return isNone() ? List.of() : Elements.ofSealedTunnels(own, others.keySet(), port(true));
    }
}
