package dev.gantry.network.model;

import dev.gantry.network.address.Family;
import dev.gantry.network.address.Subnet;
import java.time.Instant;
import java.util.List;

/// A network that exists: its specification as checked, the subnets it got, and its driver's options as
/// read; `span` of one that several hosts share. This and its endpoints are all that is stored; everything
/// else is derived.
public record Network(NetworkId id, Instant created, NetworkSpec spec, List<Pool> pools, Span span) {
    public Network {
        pools = List.copyOf(pools);
    }

    /// Of one host.
    public Network(NetworkId id, Instant created, NetworkSpec spec, List<Pool> pools) {
        this(id, created, spec, pools, Span.NONE);
    }

    public Network with(Span other) {
        return new Network(id, created, spec, pools, other);
    }

    public String name() {
        return spec.name();
    }

    public String driver() {
        return spec.driver();
    }

    /// The options of the driver; they were checked when the network was created.
    public DriverOptions options() {
        return DriverOptions.read(spec);
    }

    public boolean has(Family family) {
        return pools.stream().anyMatch(p -> p.family() == family);
    }

    /// Whether its user wants addresses of this family, whoever gives them.
    public boolean wants(Family family) {
        return family == Family.IPV4 ? spec.ipv4() : spec.ipv6();
    }

    public List<Pool> pools(Family family) {
        return pools.stream().filter(p -> p.family() == family).toList();
    }

    public List<Subnet> subnets() {
        return pools.stream().map(Pool::subnet).toList();
    }

    /// Only fixed subnets give fixed addresses a meaning that lasts: the user named a subnet of that
    /// family.
    public boolean userChose(Subnet subnet) {
        return spec.ipam().pools().stream().anyMatch(p -> subnet.equals(p.subnet()));
    }
}
