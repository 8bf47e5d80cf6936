package dev.gantry.engine.plugin.network;

import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.engine.network.ForeignAddresses;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.ipam.AddressSource;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.Pool;
import dev.gantry.network.model.PoolSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The address management of one plugin.
record RemoteAddresses(RemoteIpam ipam) implements ForeignAddresses {
    @Override
    public List<Pool> take(NetworkSpec spec, List<Family> unrouted) {
        String space = space(spec);
        List<Pool> taken = new ArrayList<>();
        try {
            for (Family family : RemoteDriver.families(spec.ipv4(), spec.ipv6())) {
                List<PoolSpec> asked = spec.ipam().pools().stream()
                        .filter(p -> p.subnet() != null && p.subnet().family() == family)
                        .toList();
                for (PoolSpec wanted : asked.isEmpty() ? List.of(PoolSpec.ANY) : asked) {
                    taken.add(take(spec, space, wanted, family, unrouted.contains(family)));
                }
            }
            return taken;
        } catch (GantryException e) {
            undo(taken, e);
            throw e;
        }
    }

    private String space(NetworkSpec spec) {
        return ipam.addressSpace(spec.scope().equals("global"));
    }

    private Pool take(NetworkSpec spec, String space, PoolSpec wanted, Family family, boolean unrouted) {
        RemoteIpam.Pool got = ipam.requestPool(
                space,
                Optional.ofNullable(wanted.subnet()),
                Optional.ofNullable(wanted.range()),
                spec.ipam().options(),
                family == Family.IPV6);
        List<Ip> gateways = new ArrayList<>();
        List<Ip> reserved = new ArrayList<>();
        try {
            if (!unrouted || wanted.gateway() != null) {
                gateways.add(ipam.requestGateway(got, Optional.ofNullable(wanted.gateway()))
                        .address());
            }
            for (Ip ip : wanted.reserved().values()) {
                reserved.add(ipam.requestAddress(got, Optional.of(ip), Optional.empty())
                        .address());
            }
            return new Pool(got.subnet(), range(got, wanted.range()), gateways, wanted.reserved(), got.id());
        } catch (GantryException e) {
            reserved.addAll(gateways);
            undo(got, reserved, e);
            throw e;
        }
    }

    private static Subnet range(RemoteIpam.Pool got, @Nullable Subnet asked) {
        return asked != null && got.subnet().contains(asked) ? asked : got.subnet();
    }

    private void undo(RemoteIpam.Pool pool, List<Ip> addresses, GantryException failure) {
        try {
            addresses.forEach(a -> ipam.releaseAddress(pool, a));
            ipam.releasePool(pool.id());
        } catch (GantryException e) {
            failure.addSuppressed(e);
        }
    }

    private void undo(List<Pool> taken, GantryException failure) {
        try {
            giveBack(taken);
        } catch (GantryException e) {
            failure.addSuppressed(e);
        }
    }

    private static RemoteIpam.Pool pool(Pool p) {
        return new RemoteIpam.Pool(p.handle(), p.subnet());
    }

    /// All are asked for, also after one that was refused.
    @Override
    public void giveBack(List<Pool> pools) {
        GantryException refused = null;
        for (Pool p : pools) {
            List<Ip> addresses = new ArrayList<>(p.reserved().values());
            addresses.addAll(p.gateways());
            List<Runnable> calls = new ArrayList<>();
            addresses.forEach(a -> calls.add(() -> ipam.releaseAddress(pool(p), a)));
            calls.add(() -> ipam.releasePool(p.handle()));
            for (Runnable call : calls) {
                try {
                    call.run();
                } catch (Unavailable away) {
                    throw away;
                } catch (GantryException e) {
                    refused = e;
                }
            }
        }
        if (refused != null) {
            throw refused;
        }
    }

    @Override
    public boolean wantsMac() {
        return ipam.needs().macAddress();
    }

    @Override
    public AddressSource of(Network network, MacAddress mac) {
        Optional<String> told =
                Optional.of(mac).filter(m -> !m.equals(MacAddress.UNKNOWN)).map(MacAddress::text);
        return new AddressSource() {
            @Override
            public Optional<Ip> next(Family family, String what) {
                GantryException full = null;
                for (Pool p : network.pools(family)) {
                    try {
                        return Optional.of(ipam.requestAddress(pool(p), Optional.empty(), told)
                                .address());
                    } catch (Unavailable away) {
                        throw away;
                    } catch (GantryException e) {
                        full = e;
                    }
                }
                if (full != null) {
                    throw full;
                }
                return Optional.empty();
            }

            @Override
            public Ip take(Ip wanted, String what) {
                return ipam.requestAddress(pool(of(wanted, what)), Optional.of(wanted), told)
                        .address();
            }

            private Pool of(Ip ip, String what) {
                return network.pools().stream()
                        .filter(p -> p.subnet().contains(ip))
                        .findFirst()
                        .orElseThrow(() -> new InvalidArgument(
                                what,
                                "invalid endpoint settings: no configured subnet or ip-range contain the IP address "
                                        + ip,
                                "choose one in " + network.subnets()));
            }

            @Override
            public void release(Ip ip) {
                network.pools().stream()
                        .filter(p -> p.subnet().contains(ip))
                        .findFirst()
                        .ifPresent(p -> ipam.releaseAddress(pool(p), ip));
            }
        };
    }

    @Override
    public void replay(Network network, Collection<Ip> inUse) {
        if (!ipam.needs().replay()) {
            return;
        }
        String space = space(network.spec());
        for (Pool p : network.pools()) {
            boolean ranged = !p.range().equals(p.subnet());
            ipam.requestPool(
                    space,
                    Optional.of(p.subnet()),
                    ranged ? Optional.of(p.range()) : Optional.empty(),
                    network.spec().ipam().options(),
                    p.family() == Family.IPV6);
            p.gateway().ifPresent(g -> ipam.requestGateway(pool(p), Optional.of(g)));
            p.reserved().values().forEach(a -> ipam.requestAddress(pool(p), Optional.of(a), Optional.empty()));
            inUse.stream()
                    .filter(p.subnet()::contains)
                    .forEach(a -> ipam.requestAddress(pool(p), Optional.of(a), Optional.empty()));
        }
    }
}
