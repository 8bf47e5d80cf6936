package dev.gantry.network.ipam;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.model.Network;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/// Hands out the addresses of one network. Built from the network and the addresses its stored endpoints
/// hold, and from nothing else: an engine that starts again builds it again.
///
/// ```java
/// var addresses = new Addresses(network, heldByEndpoints);
/// Ip ip = addresses.next(Family.IPV4, "start container web").orElseThrow();
/// addresses.release(ip);
/// ```
public final class Addresses implements AddressSource {
    private final Network network;
    /// Guards the pools.
    private final ReentrantLock lock = new ReentrantLock();

    private final List<AddressPool> pools = new ArrayList<>();

    public Addresses(Network network, Collection<Ip> inUse) {
        this.network = network;
        network.pools().forEach(pool -> pools.add(new AddressPool(pool, inUse)));
    }

    @Override
    public Optional<Ip> next(Family family, String what) {
        lock.lock();
        try {
            List<AddressPool> ofFamily =
                    pools.stream().filter(p -> p.subnet().family() == family).toList();
            if (ofFamily.isEmpty()) {
                return Optional.empty();
            }
            for (AddressPool pool : ofFamily) {
                Optional<Ip> ip = pool.next();
                if (ip.isPresent()) {
                    return ip;
                }
            }
            throw new Unavailable(
                    what,
                    "no available " + family.words() + " addresses on this network's address pools: "
                            + ofFamily.stream().map(p -> p.range().toString()).collect(Collectors.joining(", ")),
                    "remove containers that nobody needs, or create the network with a larger subnet");
        } finally {
            lock.unlock();
        }
    }

    /// From now on [#next] takes of these blocks alone: the others are other hosts'.
    public void restrict(List<Subnet> blocks) {
        lock.lock();
        try {
            pools.forEach(p -> p.restrict(blocks));
        } finally {
            lock.unlock();
        }
    }

    /// Whether [#next] finds one; also where the network has none of that family.
    public boolean hasFree(Family family) {
        lock.lock();
        try {
            List<AddressPool> ofFamily =
                    pools.stream().filter(p -> p.subnet().family() == family).toList();
            return ofFamily.isEmpty() || ofFamily.stream().anyMatch(AddressPool::hasFree);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Ip take(Ip wanted, String what) {
        lock.lock();
        try {
            AddressPool pool = pools.stream()
                    .filter(p -> p.subnet().contains(wanted))
                    .findFirst()
                    .orElseThrow(() -> new InvalidArgument(
                            what,
                            "invalid endpoint settings: no configured subnet or ip-range contain the IP address "
                                    + wanted,
                            "choose one in " + network.subnets()));
            if (!network.userChose(pool.subnet())) {
                throw new InvalidArgument(
                        what,
                        "invalid endpoint settings: user specified IP address is supported only when connecting to"
                                + " networks with user configured subnets",
                        "create the network with --subnet " + pool.subnet() + ", which then stays");
            }
            return pool.take(wanted, what);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void release(Ip ip) {
        lock.lock();
        try {
            pools.stream().filter(p -> p.subnet().contains(ip)).forEach(p -> p.release(ip));
        } finally {
            lock.unlock();
        }
    }

    public boolean holds(Ip ip) {
        lock.lock();
        try {
            return pools.stream().anyMatch(p -> p.holds(ip));
        } finally {
            lock.unlock();
        }
    }
}
