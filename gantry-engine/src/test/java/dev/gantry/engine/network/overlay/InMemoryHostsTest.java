package dev.gantry.engine.network.overlay;

import dev.gantry.network.address.Ip;
import java.util.Set;

class InMemoryHostsTest extends OverlayDirectoryContract {
    private final InMemoryHosts hosts = new InMemoryHosts(Set.of(A, B));

    @Override
    OverlayDirectory make(Ip self) {
        return hosts.open(self);
    }
}
