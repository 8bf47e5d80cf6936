package dev.gantry.engine.network;

import dev.gantry.engine.network.overlay.OverlayDirectory;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Ip;
import dev.gantry.network.driver.OverlayPeer;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Leads frames to the endpoints on other hosts that the book has. From any thread: who is last has read the book last.
final class Tunnels {
    private record Led(List<OverlayPeer> peers, Set<Ip> unheard) {}

    private final OverlayDirectory directory;
    private final NetworkBook book;
    private final LazyDriver driver;

    /// Where frames are led now. Guarded by this object.
    private final Map<NetworkId, Led> led = new HashMap<>();

    Tunnels(OverlayDirectory directory, NetworkBook book, LazyDriver driver) {
        this.directory = directory;
        this.book = book;
        this.driver = driver;
    }

    /// Of a network whose links were made a moment ago.
    synchronized void begin(Network network) {
        led.remove(network.id());
        lead(network);
    }

    /// If it is another way than before.
    synchronized void lead(Network network) {
        var wanted = new Led(
                book.elsewhere(network.id()).stream().map(Tunnels::peer).toList(), Set.copyOf(directory.unheard()));
        if (!wanted.equals(led.get(network.id())) && driver.reach(network, wanted.peers(), wanted.unheard())) {
            led.put(network.id(), wanted);
        }
    }

    /// Networks that are there no more.
    synchronized void keep(Set<NetworkId> there) {
        led.keySet().retainAll(there);
    }

    private static OverlayPeer peer(NetworkBook.Elsewhere e) {
        Endpoint there = e.attachment().endpoint();
        return new OverlayPeer(
                there.mac(),
                there.addresses().stream().map(AddressWithPrefix::address).toList(),
                e.host());
    }
}
