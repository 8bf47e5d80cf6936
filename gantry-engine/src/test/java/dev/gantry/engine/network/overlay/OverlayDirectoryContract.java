package dev.gantry.engine.network.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.ContainerId;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.Pool;
import dev.gantry.network.model.PoolSpec;
import dev.gantry.network.model.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What every directory promises.
abstract class OverlayDirectoryContract {
    static final Ip A = Ip.parse("127.0.0.2");
    static final Ip B = Ip.parse("127.0.0.3");

    private final List<OverlayDirectory> opened = new ArrayList<>();

    /// One of the hosts A and B.
    abstract OverlayDirectory make(Ip self) throws Exception;

    final OverlayDirectory open(Ip self) throws Exception {
        OverlayDirectory directory = make(self);
        opened.add(directory);
        return directory;
    }

    @AfterEach
    void closeAll() throws Exception {
        for (OverlayDirectory d : opened) {
            d.close();
        }
    }

    static void until(String what, BooleanSupplier condition) {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(30));
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as(what).isBefore(deadline);
            LockSupport.parkNanos(2_000_000);
        }
    }

    static Network network(String name, Ip home) {
        Subnet subnet = Subnet.parse("10.64.0.0/24");
        Map<Subnet, Ip> blocks = Map.of(Subnet.parse("10.64.0.0/28"), A, Subnet.parse("10.64.0.16/28"), B);
        var spec = NetworkSpec.named(name)
                .withDriver("overlay")
                .withPools(List.of(PoolSpec.of(subnet)))
                .withOptions(Map.of("com.docker.network.driver.overlay.vxlanid_list", "5000"));
        return new Network(
                NetworkId.random(new Random(name.hashCode())),
                Instant.EPOCH,
                spec,
                List.of(new Pool(subnet, subnet, List.of(subnet.first().plus(1)), Map.of())),
                new Span(home, blocks));
    }

    static OverlayEndpoint endpoint(int seed, Network network, String ip) {
        var random = new Random(seed);
        return new OverlayEndpoint(
                EndpointId.random(random),
                network.id(),
                ContainerId.random(random),
                List.of("web" + seed),
                List.of("www"),
                List.of(Ip.parse(ip)),
                MacAddress.of(Ip.parse(ip)));
    }

    @Test
    void whatAHostPublishesTheOtherHasAsItIsNow() throws Exception {
        OverlayDirectory a = open(A);
        OverlayDirectory b = open(B);
        assertThat(a.self()).isEqualTo(A);
        assertThat(a.hosts()).containsExactly(B);
        var told = new AtomicInteger();
        b.onChange(told::incrementAndGet);
        Network n = network("wide", A);
        var first = new HostState(
                List.of(n),
                List.of(endpoint(1, n, "10.64.0.2")),
                List.of(
                        new BlockWish.More(n.id(), Family.IPV4, 3),
                        new BlockWish.Around(n.id(), Ip.parse("10.64.0.99"))));
        a.publish(first);
        until("all of it", () -> same(b.others().get(A), first));
        assertThat(told.get()).isPositive();
        var second =
                new HostState(List.of(n), List.of(endpoint(2, n, "10.64.0.3"), endpoint(3, n, "10.64.0.4")), List.of());
        a.publish(second);
        until("what changed", () -> same(b.others().get(A), second));
        a.publish(HostState.EMPTY);
        until("nothing", () -> same(b.others().get(A), HostState.EMPTY));
        assertThat(b.others()).doesNotContainKey(B);
    }

    @Test
    void aHostThatComesLaterOrAgainHearsAllOfIt() throws Exception {
        OverlayDirectory a = open(A);
        Network n = network("wide", A);
        var said = new HostState(List.of(n), List.of(), List.of());
        a.publish(said);
        OverlayDirectory b = open(B);
        until("it is heard", () -> same(b.others().get(A), said));
        b.close();
        OverlayDirectory again = open(B);
        until("it is heard again", () -> same(again.others().get(A), said));
        var mine = new HostState(List.of(), List.of(endpoint(1, n, "10.64.0.17")), List.of());
        again.publish(mine);
        until("it speaks", () -> same(a.others().get(B), mine));
    }

    /// In any order.
    static boolean same(HostState is, HostState expected) {
        return is != null
                && is.networks().size() == expected.networks().size()
                && is.networks().containsAll(expected.networks())
                && is.endpoints().size() == expected.endpoints().size()
                && is.endpoints().containsAll(expected.endpoints())
                && is.wishes().size() == expected.wishes().size()
                && is.wishes().containsAll(expected.wishes());
    }
}
