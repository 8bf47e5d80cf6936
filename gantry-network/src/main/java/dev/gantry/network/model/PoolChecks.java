package dev.gantry.network.model;

import dev.gantry.base.InvalidArgument;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import java.util.List;

/// Whether the parts of a subnet's specification belong together.
final class PoolChecks {
    private PoolChecks() {}

    /// A pool without a subnet is IPv4, unless what it does have says otherwise.
    static Family family(PoolSpec pool) {
        if (pool.subnet() != null) {
            return pool.subnet().family();
        }
        return pool.gateway() != null ? pool.gateway().family() : Family.IPV4;
    }

    static void check(PoolSpec pool, String what) {
        Subnet subnet = pool.subnet();
        if (subnet == null) {
            boolean hasMore = pool.range() != null
                    || pool.gateway() != null
                    || !pool.reserved().isEmpty();
            if (hasMore) {
                throw new InvalidArgument(
                        what,
                        "user specified ip-range, gateway or auxiliary addresses without the subnet they lie in",
                        "add --subnet");
            }
            return;
        }
        Subnet range = pool.range();
        if (range != null) {
            if (range.family() != subnet.family()) {
                throw invalid(
                        what,
                        "ip-range " + range,
                        "parent subnet is an " + subnet.family().words() + " block");
            }
            if (range.prefix() < subnet.prefix()) {
                throw invalid(what, "ip-range " + range, "CIDR block is bigger than its parent subnet " + subnet);
            }
            if (!subnet.contains(range)) {
                throw invalid(what, "ip-range " + range, "parent subnet " + subnet + " doesn't contain ip-range");
            }
        }
        if (pool.gateway() != null) {
            inside(subnet, pool.gateway(), "gateway " + pool.gateway(), what);
        }
        pool.reserved().forEach((name, ip) -> {
            inside(subnet, ip, "auxiliary address " + name + "=" + ip, what);
            if (ip.equals(pool.gateway())) {
                throw invalid(what, "auxiliary address " + name + "=" + ip, "it is the gateway's");
            }
        });
        if (pool.reserved().values().stream().distinct().count()
                < pool.reserved().size()) {
            throw invalid(what, "auxiliary addresses", "two of them are the same");
        }
    }

    static void checkDisjoint(List<PoolSpec> pools, String what) {
        for (int i = 0; i < pools.size(); i++) {
            Subnet a = pools.get(i).subnet();
            for (int j = i + 1; j < pools.size(); j++) {
                Subnet b = pools.get(j).subnet();
                if (a != null && b != null && a.overlaps(b)) {
                    throw new InvalidArgument(
                            what,
                            "invalid pool request: Pool overlaps with other one on this address space: " + a + " and "
                                    + b,
                            "give subnets that have no address in common");
                }
            }
        }
    }

    private static void inside(Subnet subnet, Ip ip, String name, String what) {
        if (ip.family() != subnet.family()) {
            throw invalid(what, name, "parent subnet is an " + subnet.family().words() + " block");
        }
        if (!subnet.contains(ip)) {
            throw invalid(what, name, "parent subnet " + subnet + " doesn't contain this address");
        }
    }

    private static InvalidArgument invalid(String what, String name, String why) {
        return new InvalidArgument(what, "invalid " + name + ": " + why, "choose it inside the subnet");
    }
}
