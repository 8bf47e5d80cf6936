package dev.gantry.network.ipam;

import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.Pool;
import dev.gantry.network.model.Span;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Who gives out which addresses of a network that hosts share: the range of each subnet is cut into equal blocks, and
/// the network's
/// home gives them away one after the other. Pure.
///
/// ```java
/// Span span = Blocks.share(network, hosts);                        // at first, and when a host is added
/// span = Blocks.grow(network, host, Family.IPV4).orElse(span);     // its blocks are full
/// ```
public final class Blocks {
    /// At most 256 blocks: bits of the address that number them.
    private static final int MOST_BITS = 8;

    private Blocks() {}

    /// About as many blocks in the range as a block has addresses: of a /24 sixteen of sixteen.
    private static int prefix(Pool pool) {
        Subnet range = pool.range();
        return range.prefix() + Math.min(MOST_BITS, (range.family().bits() - range.prefix()) / 2);
    }

    private static List<Subnet> cut(Pool pool) {
        List<Subnet> blocks = new ArrayList<>();
        Ip next = pool.range().first();
        for (int i = 0; i < 1 << prefix(pool) - pool.range().prefix(); i++) {
            var block = new Subnet(next, prefix(pool));
            blocks.add(block);
            next = block.last().plus(1);
        }
        return blocks;
    }

    /// Each of the hosts that has no block yet gets some; together at most half of what is left, so that there is
    /// something for those who need more.
    public static Span share(Network network, Collection<Ip> hosts) {
        Network shared = network;
        for (Pool pool : network.pools()) {
            List<Ip> without = new ArrayList<>();
            for (Ip host : hosts) {
                if (shared.span().of(host).stream().noneMatch(pool.subnet()::contains)) {
                    without.add(host);
                }
            }
            int each = without.isEmpty() ? 0 : Math.max(1, free(shared, pool).size() / 2 / without.size());
            for (Ip host : without) {
                for (Subnet block : free(shared, pool).stream().limit(each).toList()) {
                    shared = shared.with(shared.span().with(block, host));
                }
            }
        }
        return shared.span();
    }

    /// One block more for the host; empty when there is none left.
    public static Optional<Span> grow(Network network, Ip host, Family family) {
        return network.pools(family).stream()
                .flatMap(p -> free(network, p).stream())
                .findFirst()
                .map(block -> network.span().with(block, host));
    }

    /// The block around an address, if it is still nobody's; it may lie outside of the range.
    public static Optional<Span> claim(Network network, Ip host, Ip address) {
        return network.pools(address.family()).stream()
                .filter(p -> p.subnet().contains(address))
                .map(p -> Subnet.around(address, prefix(p)))
                .filter(b -> !network.span().blocks().containsKey(b))
                .findFirst()
                .map(block -> network.span().with(block, host));
    }

    /// How many a host has of a family.
    public static int count(Network network, Ip host, Family family) {
        return (int) network.span().of(host).stream()
                .filter(b -> b.family() == family)
                .count();
    }

    /// How many of a family a host may have that another than itself gives them to: half of all.
    public static int most(Network network, Family family) {
        return network.pools(family).stream()
                .mapToInt(p -> Math.max(1, (1 << prefix(p) - p.range().prefix()) / 2))
                .sum();
    }

    /// Whether all blocks are pieces of the network's subnets.
    public static boolean fit(Network network) {
        return network.span().blocks().keySet().stream()
                .allMatch(
                        b -> network.pools().stream().anyMatch(p -> p.subnet().contains(b) && b.prefix() == prefix(p)));
    }

    /// Those of the range that nobody has.
    private static List<Subnet> free(Network network, Pool pool) {
        return cut(pool).stream()
                .filter(b -> !network.span().blocks().containsKey(b))
                .toList();
    }
}
