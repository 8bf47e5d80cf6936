package dev.gantry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.Forbidden;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.network.overlay.BlockWish;
import dev.gantry.engine.network.overlay.HostState;
import dev.gantry.engine.network.overlay.InMemoryHosts;
import dev.gantry.engine.network.overlay.OverlayDirectory;
import dev.gantry.engine.network.overlay.OverlayEndpoint;
import dev.gantry.engine.store.EngineStore;
import dev.gantry.engine.store.InMemoryEngineStore;
import dev.gantry.engine.store.SqliteEngineStore;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.Pool;
import dev.gantry.network.model.PoolSpec;
import dev.gantry.network.model.Span;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Hosts that share networks, lose each other, find each other again, and lie.
@Timeout(120)
class OverlaysTest {
    private static final Ip A = Ip.parse("192.0.2.1");
    private static final Ip B = Ip.parse("192.0.2.2");
    private static final Ip C = Ip.parse("192.0.2.3");

    @TempDir
    Path dir;

    private final InMemoryHosts wire = new InMemoryHosts(Set.of(A, B, C));
    private final List<OverlayHost> opened = new ArrayList<>();

    private OverlayHost host(Ip ip) {
        return host(ip, new InMemoryEngineStore(Clock.systemUTC()));
    }

    private OverlayHost host(Ip ip, EngineStore store) {
        var host = new OverlayHost(ip, wire.open(ip), store);
        opened.add(host);
        return host;
    }

    @AfterEach
    void closeAll() {
        opened.forEach(h -> {
            h.close();
            h.store().close();
        });
    }

    private static void until(String what, BooleanSupplier condition) {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(30));
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as(what).isBefore(deadline);
            LockSupport.parkNanos(2_000_000);
        }
    }

    private static void shared(Network network, OverlayHost... hosts) {
        for (OverlayHost h : hosts) {
            until(h.ip + " has it", () -> h.has(network.id()));
        }
    }

    @Test
    void noTwoContainersHaveOneAddressAlsoWhileTheirHostsDoNotReachEachOther() {
        OverlayHost a = host(A);
        OverlayHost b = host(B);
        OverlayHost c = host(C);
        Network wide = a.networks().create(OverlayHost.overlay("wide", "10.64.0.0/24"));
        shared(wide, b, c);
        wire.cut(A, B);
        wire.cut(A, C);
        wire.cut(B, C);
        // Each goes on with what it has, until it has no more.
        for (OverlayHost h : List.of(b, c)) {
            for (int i = 0; i < 32; i++) {
                h.start("c" + i, "wide");
            }
            assertThatThrownBy(() -> h.start("more", "wide"))
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining("host 192.0.2.1, which gives out more, is not reached");
        }
        // The home gives itself all that nobody has: sixteen blocks of sixteen, less two for each other host, less the
        // network's own address, the gateway's and the broadcast address.
        int most = 256 - 64 - 3;
        for (int i = 0; i < most; i++) {
            a.start("c" + i, "wide");
        }
        assertThatThrownBy(() -> a.start("more", "wide"))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("has none left");
        wire.heal();
        Set<Ip> all = new HashSet<>();
        for (OverlayHost h : List.of(a, b, c)) {
            all.addAll(h.addresses(wide.id()));
        }
        assertThat(all).hasSize(most + 64);
    }

    @Test
    void aHostWhoseBlocksAreFullGetsMoreAndKeepsThem() {
        EngineStore store = SqliteEngineStore.open(dir.resolve("db"), dir.resolve("lib"), Clock.systemUTC());
        OverlayHost a = host(A, store);
        OverlayHost b = host(B);
        Network wide = a.networks().create(OverlayHost.overlay("wide", "10.64.0.0/24"));
        shared(wide, b);
        for (int i = 0; i < 100; i++) {
            b.start("c" + i, "wide");
        }
        assertThat(new HashSet<>(b.addresses(wide.id()))).hasSize(100);
        // The home begins again with nothing but its rows.
        a.close();
        store.close();
        OverlayHost again = host(A, SqliteEngineStore.open(dir.resolve("db"), dir.resolve("lib"), Clock.systemUTC()));
        Set<Subnet> ofB = new HashSet<>(again.networks().find("wide").span().of(B));
        assertThat(b.addresses(wide.id())).allMatch(ip -> ofB.stream().anyMatch(s -> s.contains(ip)));
    }

    @Test
    void aFixedAddressIsOfWhoHasItsBlockOrOfWhoComesFirst() {
        OverlayHost a = host(A);
        OverlayHost b = host(B);
        Network wide = a.networks().create(OverlayHost.overlay("wide", "10.64.0.0/24"));
        shared(wide, b);
        b.start("far", "wide", fixed("10.64.0.200"));
        assertThatThrownBy(() -> a.start("near", "wide", fixed("10.64.0.201")))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("lies in a block of host 192.0.2.2");
        assertThatThrownBy(() -> b.start("twin", "wide", fixed("10.64.0.200")))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("Address already in use");
        assertThatThrownBy(() -> b.start("out", "wide", fixed("10.65.0.1")))
                .hasMessageContaining("no configured subnet");
    }

    private static EndpointRequest fixed(String ip) {
        return new EndpointRequest(List.of(), Map.of(), List.of(Ip.parse(ip)), List.of(), null, Map.of(), 0);
    }

    @Test
    void aNetworkGoesWhereItWasMadeOnceNobodyIsInIt() {
        OverlayHost a = host(A);
        OverlayHost b = host(B);
        Network wide = a.networks().create(OverlayHost.overlay("wide", "10.64.0.0/24"));
        shared(wide, b);
        ContainerId db = b.start("db", "wide");
        assertThatThrownBy(() -> b.networks().remove(wide.id())).isInstanceOf(Forbidden.class);
        until("the home knows", () -> a.networks().hosts(wide.id()).contains(B));
        assertThatThrownBy(() -> a.networks().remove(wide.id()))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("name:\"db\" host:\"192.0.2.2\"");
        // While they do not reach each other the home does not know of it, and may; it stays for whom it serves.
        wire.cut(A, B);
        until("it is forgotten", () -> a.networks().hosts(wide.id()).isEmpty());
        a.networks().remove(wide.id());
        wire.heal();
        assertThat(b.has(wide.id())).isTrue();
        b.end(db);
        until("nobody is in it", () -> !b.has(wide.id()));
    }

    @Test
    void twoThatWereMadeApartStayApartUntilOneIsRemoved() {
        OverlayHost a = host(A);
        OverlayHost b = host(B);
        OverlayHost c = host(C);
        wire.cut(A, B);
        Network ofA = a.networks().create(OverlayHost.overlay("same", "10.64.0.0/24"));
        Network ofB = b.networks().create(OverlayHost.overlay("same", "10.66.0.0/24"));
        Network overlapping = b.networks().create(OverlayHost.overlay("other", "10.64.0.0/25"));
        wire.heal();
        Network later = a.networks().create(OverlayHost.overlay("later", "10.67.0.0/24"));
        shared(later, b, c);
        assertThat(b.has(ofA.id())).isFalse();
        assertThat(a.has(ofB.id())).isFalse();
        assertThat(a.has(overlapping.id())).isFalse();
        // Nothing is lost, and both sides are told.
        until("a is told", () -> a.networks().conflicts(ofA.id()).size() == 2);
        assertThat(a.networks().conflicts(ofA.id()))
                .containsExactly(
                        "network other (" + overlapping.id().shortHex()
                                + ") of host 192.0.2.2 is not known here: it has overlapping subnets: remove one of the two",
                        "network same (" + ofB.id().shortHex()
                                + ") of host 192.0.2.2 is not known here: it has the same name: remove one of the two");
        until("b is told", () -> !b.networks().conflicts(ofB.id()).isEmpty());
        assertThat(b.networks().conflicts(ofB.id())).singleElement().asString().contains("of host 192.0.2.1");
        b.networks().remove(ofB.id());
        b.networks().remove(overlapping.id());
        shared(ofA, b);
        until("it is over", () -> a.networks().conflicts(ofA.id()).isEmpty());
    }

    @Test
    void ofTwoThatWereMadeApartAThirdHostTakesTheFirstInWhateverOrderItHears() {
        for (boolean turn : new boolean[] {true, false}) {
            InMemoryHosts line = new InMemoryHosts(Set.of(A, B, C));
            OverlayDirectory first = line.open(turn ? A : B);
            OverlayDirectory second = line.open(turn ? B : A);
            Network older = at("same", "10.64.0.0/24", turn ? A : B, 7000, 1000);
            Network newer = at("same", "10.66.0.0/24", turn ? B : A, 7001, 2000);
            first.publish(new HostState(List.of(older), List.of(), List.of()));
            second.publish(new HostState(List.of(newer), List.of(), List.of()));
            var c = new OverlayHost(C, line.open(C), new InMemoryEngineStore(Clock.systemUTC()));
            opened.add(c);
            shared(older, c);
            until("it is told", () -> !c.networks().conflicts(older.id()).isEmpty());
            // What it has it keeps: a network cannot be pushed out by one that says it is older.
            second.publish(new HostState(
                    List.of(newer, at("same", "10.68.0.0/24", turn ? B : A, 7002, 500)), List.of(), List.of()));
            until("both are told of", () -> c.networks().conflicts(older.id()).size() == 2);
            first.publish(HostState.EMPTY);
            until(
                    "the next is taken",
                    () -> c.networks().list().stream()
                            .anyMatch(n ->
                                    n.name().equals("same") && n.created().equals(Instant.EPOCH.plusSeconds(500))));
        }
    }

    private static Network at(String name, String subnet, Ip home, int number, long second) {
        Network n = other(name, subnet, home, number);
        return new Network(n.id(), Instant.EPOCH.plusSeconds(second), n.spec(), n.pools(), n.span());
    }

    @Test
    void containersOfOneNameThatWereMadeApartAreBothFound() {
        OverlayHost a = host(A);
        OverlayHost b = host(B);
        Network wide = a.networks().create(OverlayHost.overlay("wide", "10.64.0.0/24"));
        shared(wide, b);
        wire.cut(A, B);
        until("they are apart", () -> a.networks().hosts(wide.id()).isEmpty());
        a.start("web", "wide");
        b.start("web", "wide");
        wire.heal();
        until("a is told", () -> !a.networks().conflicts(wide.id()).isEmpty());
        until("b is told", () -> !b.networks().conflicts(wide.id()).isEmpty());
        assertThat(a.networks().conflicts(wide.id()))
                .singleElement()
                .asString()
                .startsWith("container web (")
                .contains(") of host 192.0.2.2 has the name of ")
                .endsWith(": the name leads to both");
        assertThat(a.networks().hosts(wide.id())).containsExactly(A, B);
    }

    @Test
    void aLiarHarmsNobody() {
        OverlayHost a = host(A);
        OverlayHost b = host(B);
        OverlayDirectory liar = wire.open(C);
        Network wide = a.networks().create(OverlayHost.overlay("wide", "10.64.0.0/24"));
        shared(wide, b);
        a.start("web", "wide");
        Ip web = a.addresses(wide.id()).getFirst();
        until("it has its blocks", () -> !b.networks().find("wide").span().of(C).isEmpty());
        Subnet ofC = a.networks().find("wide").span().of(C).getFirst();
        Ip own = ofC.first().plus(3);
        Network stolen = wide.with(new Span(C, Map.of()));
        Network ofAnother = other("ofanother", "10.70.0.0/24", A, 7000);
        Network wider = other("wider", "10.0.0.0/8", C, 7001);
        Network number =
                other("number", "10.71.0.0/24", C, OverlayChecks.numbers(wide).getFirst());
        Network bridge = other("bridge", "10.72.0.0/24", C, 7002);
        Network fine = other("fine", "10.73.0.0/24", C, 7003);
        liar.publish(new HostState(
                List.of(stolen, ofAnother, wider, number, bridge, fine),
                List.of(
                        at(wide, "thief", web, "02:42:00:00:00:01"),
                        at(wide, "outside", Ip.parse("10.99.0.1"), "02:42:00:00:00:02"),
                        at(wide, "gateway", Ip.parse("10.64.0.1"), "02:42:00:00:00:03"),
                        at(wide, "twin", own.plus(1), MacAddress.of(web).text()),
                        at(wide, "honest", own, "02:42:00:00:00:05")),
                List.of()));
        for (OverlayHost h : List.of(a, b)) {
            shared(fine, h);
            assertThat(h.networks().list().stream().map(Network::name))
                    .doesNotContain("ofanother", "wider", "number")
                    .contains("wide");
            assertThat(h.networks().find("wide").span().home()).isEqualTo(A);
            assertThat(h.networks().find("bridge").driver()).isEqualTo("bridge");
        }
        until("what is right counts", () -> a.networks().hosts(wide.id()).contains(C));
        // Who refuses to remove it names all that it knows of.
        assertThatThrownBy(() -> a.networks().remove(wide.id()))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("has active endpoints (name:\"honest\" host:\"192.0.2.3\")");
        // It takes back what it gave.
        Network less = fine.with(new Span(C, Map.of()));
        Network more = fine.with(fine.span().with(Subnet.parse("10.73.0.16/28"), A));
        liar.publish(new HostState(List.of(more), List.of(), List.of()));
        until("a block more", () -> !a.networks().find("fine").span().of(A).isEmpty());
        liar.publish(new HostState(List.of(less), List.of(), List.of()));
        Network later = a.networks().create(OverlayHost.overlay("later", "10.67.0.0/24"));
        shared(later, b);
        assertThat(a.networks().find("fine").span().of(A)).hasSize(1);
    }

    @Test
    void whoWishesForEverythingLeavesSomethingForTheOthers() {
        OverlayHost a = host(A);
        OverlayHost b = host(B);
        OverlayDirectory liar = wire.open(C);
        Network wide = a.networks().create(OverlayHost.overlay("wide", "10.64.0.0/24"));
        shared(wide, b);
        List<BlockWish> wishes = new ArrayList<>();
        wishes.add(new BlockWish.More(wide.id(), Family.IPV4, 1000));
        for (int i = 0; i < 256; i++) {
            wishes.add(new BlockWish.Around(wide.id(), Ip.parse("10.64.0." + i)));
        }
        liar.publish(new HostState(List.of(), List.of(), wishes));
        until("it gets more", () -> a.networks().find("wide").span().of(C).size() >= 8);
        // So many that b needs one more than it had at first, which it gets after the liar had every turn it wanted.
        for (int i = 0; i < 33; i++) {
            b.start("c" + i, "wide");
        }
        assertThat(a.networks().find("wide").span().of(C)).hasSize(8);
        liar.publish(new HostState(
                List.of(),
                List.of(at(
                        wide,
                        "nothing",
                        a.networks()
                                .find("wide")
                                .span()
                                .of(C)
                                .getFirst()
                                .first()
                                .plus(3),
                        MacAddress.UNKNOWN.text())),
                List.of()));
        Network later = a.networks().create(OverlayHost.overlay("later", "10.67.0.0/24"));
        shared(later, b);
        assertThat(a.networks().hosts(wide.id())).doesNotContain(C);
    }

    @Test
    void whoWasThereBeforeKeepsItsHardwareAddress() {
        OverlayHost c = host(C);
        OverlayDirectory first = wire.open(A);
        OverlayDirectory second = wire.open(B);
        Network wide = c.networks().create(OverlayHost.overlay("wide", "10.64.0.0/24"));
        Span span = c.networks().find("wide").span();
        String mac = "02:42:00:00:00:09";
        OverlayEndpoint honest =
                at(wide, "honest", span.of(B).getFirst().first().plus(3), mac);
        OverlayEndpoint thief = at(wide, "thief", span.of(A).getFirst().first().plus(3), mac);
        second.publish(new HostState(List.of(), List.of(honest), List.of()));
        until("it is there", () -> c.networks().hosts(wide.id()).equals(List.of(B)));
        OverlayEndpoint other = at(wide, "other", span.of(A).getFirst().first().plus(4), "02:42:00:00:00:0a");
        first.publish(new HostState(List.of(), List.of(thief, other), List.of()));
        until("both hosts are there", () -> c.networks().hosts(wide.id()).equals(List.of(A, B)));
        assertThatThrownBy(() -> c.networks().remove(wide.id()))
                .hasMessageContaining("honest")
                .hasMessageContaining("other")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("thief"));
    }

    private static Network other(String name, String subnet, Ip home, int number) {
        Subnet block = Subnet.parse(subnet);
        NetworkSpec spec = OverlayHost.overlay(name, subnet)
                .withPools(List.of(PoolSpec.of(block)))
                .withOptions(Map.of("com.docker.network.driver.overlay.vxlanid_list", Integer.toString(number)));
        return new Network(
                NetworkId.random(new Random(number)),
                Instant.EPOCH,
                spec,
                List.of(new Pool(block, block, List.of(block.first().plus(1)), Map.of())),
                new Span(home, Map.of()));
    }

    private static OverlayEndpoint at(Network network, String name, Ip ip, String mac) {
        var random = new Random(name.hashCode());
        return new OverlayEndpoint(
                EndpointId.random(random),
                network.id(),
                ContainerId.random(random),
                List.of(name),
                List.of(),
                List.of(ip),
                new MacAddress(mac));
    }

    @Test
    void withoutHostsToShareWithThereAreNone() {
        OverlayHost alone = new OverlayHost(A, OverlayDirectory.NONE, new InMemoryEngineStore(Clock.systemUTC()));
        opened.add(alone);
        assertThatThrownBy(() -> alone.networks().create(OverlayHost.overlay("wide", "10.64.0.0/24")))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("--overlay-advertise");
    }
}
