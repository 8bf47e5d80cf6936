package dev.gantry.network.driver;

import dev.gantry.network.address.Ip;
import dev.gantry.network.encryption.EncryptionPlan;
import dev.gantry.network.model.Network;
import java.util.Collection;
import java.util.Set;

/// Tells the overlay networks of this host where their other endpoints are. Who knows that is the cluster; no
/// frame is flooded and nothing is learned from the wire.
public interface OverlayTunnels {
    /// The network's endpoints on other hosts are exactly these, whatever was said before; those on the hosts
    /// `unheard`, of whom nothing is known yet, stay as they are. The network was created. Idempotent; not all or
    /// nothing: what fails is tried again by the next call.
    void peers(Network network, Collection<OverlayPeer> elsewhere, Set<Ip> unheard);

    /// What hosts have agreed on for encrypted networks. When this returns the kernel knows it, if it must.
    void encrypt(EncryptionPlan plan);
}
