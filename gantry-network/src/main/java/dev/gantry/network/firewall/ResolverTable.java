package dev.gantry.network.firewall;

import static dev.gantry.network.firewall.ElementSet.Part.IPV4;
import static dev.gantry.network.firewall.ElementSet.Part.PORT;
import static dev.gantry.network.firewall.ElementSet.Part.PROTOCOL;

import dev.gantry.network.address.Family;
import dev.gantry.network.files.ResolvConf;
import dev.gantry.network.port.Protocol;
import java.util.List;

/// The one table inside a container's own network namespace: queries to port 53 of the embedded name
/// server's address go to the ports its sockets really have. Those are random, so that a name server of
/// the container's own can still have port 53 everywhere.
public final class ResolverTable {
    /// Its name there; nobody else's tables are in that namespace but the container's own.
    public static final String NAME = "gantry-resolver";

    private static final String MAP = "resolver";
    private static final String CHAIN = "asking";
    private static final int DNS = 53;
    private static final int DSTNAT = -100; // <linux/netfilter_ipv4.h>

    private ResolverTable() {}

    public static TablePlan of(int udpPort, int tcpPort) {
        List<Field> at = List.of(Field.DESTINATION_V4, Field.TRANSPORT, Field.DESTINATION_PORT);
        Action translate = new Action.TranslateDestination(Family.IPV4, at, MAP);
        return new TablePlan(
                NAME,
                List.of(new Chain.Base(CHAIN, Chain.Type.NAT, Chain.Hook.OUTPUT, DSTNAT)),
                List.of(new ElementSet(MAP, List.of(IPV4, PROTOCOL, PORT), List.of(IPV4, PORT), false)),
                List.of(Rule.of(CHAIN, translate, new Match.OfFamily(Family.IPV4))),
                List.of(element(Protocol.UDP, udpPort), element(Protocol.TCP, tcpPort)));
    }

    private static Element element(Protocol protocol, int port) {
        Element.Value server = new Element.Value.Address(ResolvConf.EMBEDDED);
        return new Element(
                MAP,
                List.of(server, new Element.Value.Transport(protocol), new Element.Value.Port(DNS)),
                List.of(server, new Element.Value.Port(port)));
    }
}
