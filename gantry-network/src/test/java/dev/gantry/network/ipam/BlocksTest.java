package dev.gantry.network.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.PoolSpec;
import dev.gantry.network.model.Span;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlocksTest {
    private static final Ip A = Ip.parse("192.0.2.1");
    private static final Ip B = Ip.parse("192.0.2.2");
    private static final Ip C = Ip.parse("192.0.2.3");

    private static Network network(String subnet, String range) {
        Subnet block = Subnet.parse(subnet);
        boolean v4 = block.family() == Family.IPV4;
        var pool = new PoolSpec(block, range.isEmpty() ? null : Subnet.parse(range), null, Map.of());
        NetworkSpec spec = NetworkSpec.named("wide")
                .withDriver("overlay")
                .withFamilies(v4, !v4)
                .withPools(List.of(pool));
        return new Network(
                NetworkId.random(new Random(1)),
                Instant.EPOCH,
                spec,
                PoolChoice.choose(spec, DefaultPools.overlay("x"), List.of(), List.of()),
                new Span(A, Map.of()));
    }

    private static Network shared(Network network, Ip... hosts) {
        return network.with(Blocks.share(network, List.of(hosts)));
    }

    @Test
    void halfOfASubnetIsSharedAtFirstAndNobodyLosesWhatHeHas() {
        Network two = shared(network("10.64.0.0/24", ""), A, B);
        assertThat(two.span().of(A))
                .containsExactly(
                        Subnet.parse("10.64.0.0/28"),
                        Subnet.parse("10.64.0.16/28"),
                        Subnet.parse("10.64.0.32/28"),
                        Subnet.parse("10.64.0.48/28"));
        assertThat(two.span().of(B))
                .hasSize(4)
                .doesNotContainAnyElementsOf(two.span().of(A));
        assertThat(Blocks.share(two, List.of(A, B))).isEqualTo(two.span());
        Network three = shared(two, A, B, C);
        assertThat(three.span().of(C)).hasSize(4);
        assertThat(three.span().extendsFrom(two.span())).isTrue();
        assertThat(two.span().extendsFrom(three.span())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10.64.0.0/16", "10.64.0.0/24", "10.64.0.0/28", "10.64.0.0/30", "fd00:1::/64", "fd00:1::/112"})
    void blocksAreGivenUntilThereAreNoneAndNoTwoOverlap(String subnet) {
        Network network = shared(network(subnet, ""), A, B);
        Family family = Subnet.parse(subnet).family();
        Ip host = B;
        Optional<Span> more = Blocks.grow(network, host, family);
        while (more.isPresent()) {
            network = network.with(more.get());
            host = host.equals(A) ? B : A;
            more = Blocks.grow(network, host, family);
        }
        List<Subnet> all = new ArrayList<>(network.span().blocks().keySet());
        assertThat(all.getFirst().first()).isEqualTo(Subnet.parse(subnet).first());
        assertThat(all.getLast().last()).isEqualTo(Subnet.parse(subnet).last());
        for (int i = 1; i < all.size(); i++) {
            assertThat(all.get(i).first()).isEqualTo(all.get(i - 1).last().plus(1));
        }
        assertThat(Blocks.fit(network)).isTrue();
    }

    @Test
    void addressesComeOutOfTheRangeAndAFixedOneMayLieElsewhere() {
        Network network = shared(network("10.64.0.0/24", "10.64.0.128/28"), A, B);
        assertThat(network.span().blocks().keySet()).allMatch(Subnet.parse("10.64.0.128/28")::contains);
        Network claimed =
                network.with(Blocks.claim(network, B, Ip.parse("10.64.0.9")).orElseThrow());
        assertThat(claimed.span().owner(Ip.parse("10.64.0.9"))).contains(B);
        assertThat(Blocks.claim(claimed, A, Ip.parse("10.64.0.9"))).isEmpty();
        assertThat(Blocks.claim(claimed, A, Ip.parse("10.65.0.9"))).isEmpty();
        assertThat(Blocks.fit(claimed)).isTrue();
        Addresses ofB = new Addresses(claimed, Set.of());
        ofB.restrict(claimed.span().of(B));
        Set<Ip> got = new HashSet<>();
        while (ofB.hasFree(Family.IPV4)) {
            got.add(ofB.next(Family.IPV4, "t").orElseThrow());
        }
        // A claimed block outside of the range is for fixed addresses alone.
        assertThat(got).isNotEmpty().allMatch(Subnet.parse("10.64.0.128/28")::contains);
        assertThat(ofB.take(Ip.parse("10.64.0.9"), "t")).isEqualTo(Ip.parse("10.64.0.9"));
    }

    @Test
    void whatIsNoPieceOfTheSubnetDoesNotFit() {
        Network network = network("10.64.0.0/24", "");
        for (String bad : List.of("10.65.0.0/28", "10.64.0.0/24", "10.64.0.0/29")) {
            assertThat(Blocks.fit(network.with(network.span().with(Subnet.parse(bad), B))))
                    .as(bad)
                    .isFalse();
        }
    }
}
