package dev.gantry.network.ipam;

import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import java.util.Optional;

/// Whoever hands out the addresses of one network. `what` is what failed if there are none.
public interface AddressSource {
    /// A free address; empty when the network has no addresses of that family.
    Optional<Ip> next(Family family, String what);

    /// The address its user asked for.
    Ip take(Ip wanted, String what);

    /// Giving back what is free is not an error.
    void release(Ip ip);
}
