package dev.gantry.network.ipam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.Pool;
import dev.gantry.network.model.PoolSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IpamTest {
    private static final DefaultPools POOLS = DefaultPools.docker("host-1");

    private static Network network(NetworkSpec spec, List<Pool> pools) {
        return new Network(NetworkId.random(new Random(pools.hashCode())), Instant.EPOCH, spec, pools);
    }

    private static Network fixed(String subnet, String range) {
        PoolSpec pool =
                new PoolSpec(Subnet.parse(subnet), range.isEmpty() ? null : Subnet.parse(range), null, Map.of());
        NetworkSpec spec = NetworkSpec.named("fixed")
                .withFamilies(
                        pool.subnet().family() == Family.IPV4, pool.subnet().family() == Family.IPV6)
                .withPools(List.of(pool));
        return network(spec, PoolChoice.choose(spec, POOLS, List.of(), List.of()));
    }

    @Test
    void defaultSubnetsAreDockersInTheirOrder() {
        List<Network> networks = new ArrayList<>();
        for (int i = 0; i < 31; i++) {
            NetworkSpec spec = NetworkSpec.named("n" + i);
            networks.add(network(spec, PoolChoice.choose(spec, POOLS, networks, List.of())));
        }
        assertThat(networks.get(0).subnets()).containsExactly(Subnet.parse("172.17.0.0/16"));
        assertThat(networks.get(14).subnets()).containsExactly(Subnet.parse("172.31.0.0/16"));
        assertThat(networks.get(15).subnets()).containsExactly(Subnet.parse("192.168.0.0/20"));
        assertThat(networks.get(30).subnets()).containsExactly(Subnet.parse("192.168.240.0/20"));
        assertThatThrownBy(() -> PoolChoice.choose(NetworkSpec.named("one-more"), POOLS, networks, List.of()))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("all predefined address pools have been fully subnetted");
    }

    @Test
    void whatTheHostHasRoutesToIsNotChosen() {
        List<Subnet> routes =
                List.of(Subnet.parse("0.0.0.0/0"), Subnet.parse("172.16.0.0/13"), Subnet.parse("172.24.3.4/32"));
        List<Pool> pools = PoolChoice.choose(NetworkSpec.named("n"), POOLS, List.of(), routes);
        assertThat(pools.getFirst().subnet()).hasToString("172.25.0.0/16");
    }

    @Test
    void ipv6SubnetsAreUniqueLocalAndStayTheSameOnAHost() {
        NetworkSpec spec = NetworkSpec.named("n").withFamilies(true, true);
        List<Pool> pools = PoolChoice.choose(spec, POOLS, List.of(), List.of());
        assertThat(pools).hasSize(2);
        Subnet six = pools.get(1).subnet();
        assertThat(six.toString()).startsWith("fd").endsWith("/64");
        assertThat(pools.get(1).gateway()).contains(six.first().plus(1));
        assertThat(PoolChoice.choose(spec, DefaultPools.docker("host-1"), List.of(), List.of()))
                .isEqualTo(pools);
        assertThat(PoolChoice.choose(spec, DefaultPools.docker("host-2"), List.of(), List.of()))
                .isNotEqualTo(pools);
    }

    @Test
    void aNamedSubnetMayNotOverlapAnotherNetworks() {
        Network first = fixed("10.7.0.0/16", "");
        NetworkSpec second = NetworkSpec.named("second").withPools(List.of(PoolSpec.of(Subnet.parse("10.7.3.0/24"))));
        assertThatThrownBy(() -> PoolChoice.choose(second, POOLS, List.of(first), List.of()))
                .isInstanceOf(Forbidden.class)
                .hasMessageContaining("Pool overlaps with other one on this address space")
                .hasMessageContaining("network fixed");
    }

    @Test
    void gatewayIsTheFirstThatNobodyReserved() {
        NetworkSpec spec = NetworkSpec.named("n")
                .withPools(List.of(
                        new PoolSpec(Subnet.parse("10.0.0.0/24"), null, null, Map.of("router", Ip.parse("10.0.0.1")))));
        assertThat(PoolChoice.choose(spec, POOLS, List.of(), List.of())
                        .getFirst()
                        .gateway())
                .contains(Ip.parse("10.0.0.2"));
    }

    @Test
    void defaultPoolsAreReadAsTheDaemonsFlagHasThem() {
        assertThat(DefaultPools.parse("base=10.10.0.0/16,size=24"))
                .isEqualTo(new DefaultPools.Block(Subnet.parse("10.10.0.0/16"), 24));
        for (String bad :
                List.of("", "base=10.0.0.0/8", "size=24", "base=10.0.0.0/16,size=8", "base=x,size=24", "a=b")) {
            assertThatThrownBy(() -> DefaultPools.parse(bad)).isInstanceOf(InvalidArgument.class);
        }
    }

    @Test
    void aReleasedAddressIsNotHandedOutAtOnce() {
        Addresses addresses = new Addresses(fixed("10.0.0.0/29", ""), Set.of());
        Ip first = addresses.next(Family.IPV4, "t").orElseThrow();
        assertThat(first).hasToString("10.0.0.2");
        addresses.release(first);
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            order.add(addresses.next(Family.IPV4, "t").orElseThrow().toString());
        }
        assertThat(order).containsExactly("10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.2");
        assertThatThrownBy(() -> addresses.next(Family.IPV4, "start web"))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("no available IPv4 addresses on this network's address pools: 10.0.0.0/29");
    }

    @Test
    void fixedAddressesAreGivenOnceAndOnlyInsideTheSubnet() {
        Addresses addresses = new Addresses(fixed("10.0.0.0/24", "10.0.0.128/25"), Set.of());
        // Outside the range but inside the subnet: that is what ranges are for.
        assertThat(addresses.take(Ip.parse("10.0.0.9"), "t")).hasToString("10.0.0.9");
        assertThatThrownBy(() -> addresses.take(Ip.parse("10.0.0.9"), "t"))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("Address already in use");
        assertThatThrownBy(() -> addresses.take(Ip.parse("10.0.0.128"), "t"))
                .as("the gateway, first of the range")
                .isInstanceOf(Conflict.class);
        for (String bad : List.of("10.0.0.0", "10.0.0.255", "10.0.1.1", "fd00::1")) {
            assertThatThrownBy(() -> addresses.take(Ip.parse(bad), "t")).isInstanceOf(InvalidArgument.class);
        }
        assertThat(addresses.next(Family.IPV4, "t")).contains(Ip.parse("10.0.0.129"));
        assertThat(addresses.next(Family.IPV6, "t")).isEmpty();
    }

    @Test
    void fixedAddressesNeedASubnetThatItsUserNamed() {
        NetworkSpec spec = NetworkSpec.named("n");
        Network network = network(spec, PoolChoice.choose(spec, POOLS, List.of(), List.of()));
        assertThatThrownBy(() -> new Addresses(network, Set.of()).take(Ip.parse("172.17.0.9"), "t"))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("supported only when connecting to networks with user configured subnets");
    }

    @Test
    void aLargeSubnetIsNotSearchedFromItsBeginning() {
        Addresses addresses = new Addresses(fixed("fd00:1::/64", ""), Set.of());
        long start = System.nanoTime();
        for (int i = 0; i < 50_000; i++) {
            addresses.next(Family.IPV6, "t");
        }
        assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
        assertThat(addresses.next(Family.IPV6, "t"))
                .contains(Ip.parse("fd00:1::2").plus(50_000));
    }

    /// Whatever is taken, released and restarted: no address twice, none outside, none reserved, and no
    /// refusal while one is free.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void noAddressIsEverHandedOutTwice(long seed) {
        Random random = new Random(seed);
        boolean v4 = random.nextBoolean();
        int prefix = v4 ? 24 + random.nextInt(7) : 120 + random.nextInt(7);
        Subnet subnet = Subnet.around(Ip.parse(v4 ? "10.44.7.96" : "fd00:44::96"), prefix);
        Subnet range = random.nextBoolean() ? subnet : Subnet.around(subnet.first(), prefix + 1);
        Ip reserved = subnet.first().plus(2);
        PoolSpec asked = new PoolSpec(subnet, range, null, Map.of("r", reserved));
        NetworkSpec spec = NetworkSpec.named("n").withFamilies(v4, !v4).withPools(List.of(asked));
        Network network = network(spec, PoolChoice.choose(spec, POOLS, List.of(), List.of()));
        Ip gateway = network.pools().getFirst().gateway().orElseThrow();
        long usable = 0;
        for (Ip ip = range.first(); ip.compareTo(range.last()) <= 0; ip = ip.plus(1)) {
            boolean ends = ip.equals(subnet.first()) || v4 && ip.equals(subnet.last());
            usable += ends || ip.equals(reserved) || ip.equals(gateway) ? 0 : 1;
        }
        Set<Ip> held = new HashSet<>();
        Addresses addresses = new Addresses(network, held);
        for (int step = 0; step < 4000; step++) {
            switch (random.nextInt(8)) {
                case 0 -> addresses = new Addresses(network, held);
                case 1, 2, 3 -> {
                    if (!held.isEmpty()) {
                        Ip one = held.stream()
                                .skip(random.nextInt(held.size()))
                                .findFirst()
                                .orElseThrow();
                        held.remove(one);
                        addresses.release(one);
                    }
                }
                case 4 -> {
                    Ip wanted = subnet.first()
                            .plus(random.nextInt(
                                    1 << Math.min(8, subnet.family().bits() - prefix)));
                    boolean free = !held.contains(wanted) && !wanted.equals(gateway) && !wanted.equals(reserved);
                    try {
                        addresses.take(wanted, "t");
                        assertThat(free).as("%s was free", wanted).isTrue();
                        held.add(wanted);
                    } catch (Conflict e) {
                        assertThat(free).as("%s was taken: %s", wanted, e).isFalse();
                    } catch (InvalidArgument e) {
                        assertThat(wanted).isIn(subnet.first(), subnet.last());
                    }
                }
                default -> {
                    long inRange = held.stream().filter(range::contains).count();
                    try {
                        Ip ip = addresses.next(subnet.family(), "t").orElseThrow();
                        assertThat(held.add(ip)).as("%s is new", ip).isTrue();
                        assertThat(range.contains(ip)).isTrue();
                        assertThat(ip).isNotIn(gateway, reserved, subnet.first());
                    } catch (Unavailable e) {
                        assertThat(inRange).as("refused only when full").isEqualTo(usable);
                    }
                }
            }
        }
    }

    /// Chosen subnets never meet: not each other, not the host's routes.
    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24, 25})
    void chosenSubnetsMeetNothing(long seed) {
        Random random = new Random(seed);
        List<Subnet> routes = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            int prefix = 9 + random.nextInt(24);
            routes.add(Subnet.around(
                    Ip.parse("172." + (16 + random.nextInt(16)) + "." + random.nextInt(256) + ".1"), prefix));
        }
        List<Network> networks = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                NetworkSpec spec = NetworkSpec.named("n" + i);
                networks.add(network(spec, PoolChoice.choose(spec, POOLS, networks, routes)));
            }
        } catch (Unavailable full) {
            assertThat(networks).as("192.168.0.0/16 is in nobody's way").hasSizeGreaterThanOrEqualTo(16);
        }
        List<Subnet> all = new ArrayList<>(routes);
        for (Network n : networks) {
            Subnet s = n.subnets().getFirst();
            assertThat(all).noneMatch(s::overlaps);
            all.add(s);
        }
    }
}
